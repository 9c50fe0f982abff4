import Records

/// Gathers the numbers of the terms of a record. For one thread at a time, and one record after the other.
///
/// Most terms come again soon, in neighbouring records, so a few thousand are remembered with their numbers: each has one
/// slot that it may be in, and takes it from whatever was there.
final class TermNumbers: @unchecked Sendable {
    private let hash: TermHash
    private var numbers: [Int64] = []
    private let slots: UnsafeMutableRawBufferPointer

    private static let slotCount = 8192
    /// How long the term is (0: none), the term, its number.
    private static let slotBytes = 48
    private static let numberOffset = 40
    private static let termBytesMax = numberOffset - 1

    init(_ hash: TermHash) {
        self.hash = hash
        slots = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.slotCount * Self.slotBytes, alignment: 16)
        slots.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { slots.deallocate() }

    func add(_ text: String, as kind: SearchTerms.Kind) {
        SearchTerms.each(of: text, as: kind) { numbers.append(number(of: UnsafeRawBufferPointer($0))) }
    }

    /// The numbers of all that was added since the last call: ascending, each once.
    func take() -> [Int64] {
        defer { numbers.removeAll(keepingCapacity: true) }
        numbers.sort()
        var distinct: [Int64] = []
        distinct.reserveCapacity(numbers.count)
        for number in numbers where distinct.last != number { distinct.append(number) }
        return distinct
    }

    private func number(of term: UnsafeRawBufferPointer) -> Int64 {
        guard term.count <= Self.termBytesMax else { return hash.number(of: term) }
        let slot = slot(of: term)
        if slot[0] == UInt8(term.count), slot[1..<1 + term.count].elementsEqual(term) {
            return slot.load(fromByteOffset: Self.numberOffset, as: Int64.self)
        }
        let number = hash.number(of: term)
        slot[0] = UInt8(term.count)
        UnsafeMutableRawBufferPointer(rebasing: slot[1..<1 + term.count]).copyMemory(from: term)
        slot.storeBytes(of: number, toByteOffset: Self.numberOffset, as: Int64.self)
        return number
    }

    /// By FNV-1a (64 bits), which spreads short texts well enough for that.
    private func slot(of term: UnsafeRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        var mixed: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in term { mixed = (mixed ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let place = Int((mixed ^ mixed >> 32) % UInt64(Self.slotCount)) * Self.slotBytes
        return UnsafeMutableRawBufferPointer(rebasing: slots[place..<place + Self.slotBytes])
    }
}
