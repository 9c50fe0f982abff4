/// Finds in texts what is about one person. Made once for a person, used for many texts.
///
/// Names are shared: a bare name is the person's only where the text is theirs, or where their e-mail address or
/// telephone number stands beside it. A name beside somebody else's address is somebody else's everywhere.
struct MentionFinder: Sendable {
    private let emails: [EmailPattern]
    private let phones: [PhonePattern]
    private let externalIDs: [[UInt32]]
    private let names: [NamePattern]
    private let readings: [NamePattern]
    private let addresses: [AddressPattern]
    private let birthdates: [BirthdatePattern]

    init(_ person: PersonIdentifiers) {
        emails = person.emails.compactMap(EmailPattern.init)
        phones = person.phones.compactMap(PhonePattern.init)
        externalIDs = person.externalIDs.filter { $0.utf8.count >= 5 }.map { FoldedText($0).folded }
        names = person.names.compactMap(NamePattern.init)
        readings = person.readings.compactMap(NamePattern.init)
        addresses = person.addresses.compactMap(AddressPattern.init)
        birthdates = person.birthdates.map(BirthdatePattern.init)
    }

    /// The fragments of a text that are about the person, in order and without overlaps.
    func fragments(in text: String, standing: TextStanding) -> [Fragment] {
        let folded = FoldedText(text)
        guard folded.count > 1 else { return [] }
        let found =
            switch standing {
            case .ownOrganisation:
                names.flatMap { $0.organisations(in: folded) }.map { Found($0, .familyName) } + strong(folded)
            case .own: own(folded)
            case .foreign: foreign(folded)
            }
        return merged(found).map {
            Fragment(
                start: Int(folded.origins[$0.range.lowerBound]), end: Int(folded.origins[$0.range.upperBound]),
                kind: $0.kind
            )
        }
    }

    private struct Found {
        var range: Range<Int>
        var kind: Fragment.Kind

        init(_ range: Range<Int>, _ kind: Fragment.Kind) {
            self.range = range
            self.kind = kind
        }
    }

    private func strong(_ text: FoldedText) -> [Found] {
        var found: [Found] = []
        for email in emails { found += email.ranges(in: text).map { Found($0, .email) } }
        for phone in phones { found += phone.ranges(in: text).map { Found($0, .phone) } }
        for id in externalIDs {
            let ranges = text.all(id).map { $0..<$0 + id.count }
            found += ranges.filter { isWord($0, text) }.map { Found($0, .externalID) }
        }
        return found
    }

    private func weak(_ text: FoldedText) -> [Found] {
        var found: [Found] = []
        for name in names { found += name.wholes(in: text).map { Found($0, .name) } }
        for reading in readings { found += reading.wholes(in: text).map { Found($0, .reading) } }
        for address in addresses { found += address.ranges(in: text).map { Found($0, .address) } }
        for birthdate in birthdates { found += birthdate.ranges(in: text).map { Found($0, .birthdate) } }
        for name in names { found += name.honoured(in: text).map { Found($0, .familyName) } }
        return found
    }

    private func own(_ text: FoldedText) -> [Found] {
        let strong = strong(text)
        let weak = weak(text) + names.flatMap { $0.givenHonoured(in: text) }.map { Found($0, .givenName) }
        let others = othersAddresses(text, besides: strong)
        let mine = weak.filter { name in !others.contains { isLabel(name.range, of: $0, text) } }
        return strong + mine + attachedFamilies(text, strong)
    }

    private func foreign(_ text: FoldedText) -> [Found] {
        let strong = strong(text)
        guard !strong.isEmpty else { return [] }
        let others = othersAddresses(text, besides: strong)
        let names = weak(text).filter { name in
            strong.contains { areBeside(name.range, $0.range, text, others) }
                && !others.contains { isLabel(name.range, of: $0, text) }
        }
        return strong + names + attachedFamilies(text, strong)
    }

    /// `Miller <mary@example.org>`: a bare family name right before the person's own address.
    private func attachedFamilies(_ text: FoldedText, _ strong: [Found]) -> [Found] {
        guard !strong.isEmpty else { return [] }
        return names.flatMap { $0.families(in: text) }
            .filter { name in strong.contains { isLabel(name, of: $0.range, text) } }
            .map { Found($0, .familyName) }
    }

    private func othersAddresses(_ text: FoldedText, besides strong: [Found]) -> [Range<Int>] {
        EmailPattern.everyAddress(in: text).filter { address in
            !strong.contains { $0.range.overlaps(address) }
        }
    }

    /// Whether a name labels an address: nothing but brackets, blanks and an honorific between them.
    private func isLabel(_ name: Range<Int>, of address: Range<Int>, _ text: FoldedText) -> Bool {
        guard name.upperBound <= address.lowerBound, address.lowerBound - name.upperBound <= 6 else { return false }
        let gap = text.folded[name.upperBound..<address.lowerBound]
        return gap.contains { Self.opening.contains($0) } && gap.allSatisfy { Self.label.contains($0) }
    }

    /// Whether a name and an address are of one statement: near, with no end of a sentence and nobody else's address
    /// between them.
    private func areBeside(
        _ name: Range<Int>, _ address: Range<Int>, _ text: FoldedText, _ others: [Range<Int>]
    ) -> Bool {
        let (low, high) = name.lowerBound < address.lowerBound ? (name, address) : (address, name)
        guard low.upperBound <= high.lowerBound else { return true }
        guard high.lowerBound - low.upperBound <= 40 else { return false }
        let gap = low.upperBound..<high.lowerBound
        if others.contains(where: { gap.overlaps($0) }) { return false }
        for place in gap {
            switch text.folded[place] {
            case 0x3002, 0xFF01, 0xFF1F, 33, 63: return false
            case 46 where place + 1 < text.count && text.classes[place + 1] == .space: return false
            default: continue
            }
        }
        return true
    }

    private func isWord(_ range: Range<Int>, _ text: FoldedText) -> Bool {
        func joins(_ place: Int) -> Bool {
            text.indices.contains(place)
                && (text.classes[place] == .letter || text.classes[place] == .digit || text.folded[place] == 95)
        }
        return !joins(range.lowerBound - 1) && !joins(range.upperBound)
    }

    /// Longer finds win over those inside them; overlapping ones become one.
    private func merged(_ found: [Found]) -> [Found] {
        let sorted = found.sorted {
            ($0.range.lowerBound, -$0.range.upperBound) < ($1.range.lowerBound, -$1.range.upperBound)
        }
        var result: [Found] = []
        for next in sorted {
            guard let last = result.last, next.range.lowerBound < last.range.upperBound else {
                result.append(next)
                continue
            }
            let end = max(last.range.upperBound, next.range.upperBound)
            result[result.count - 1].range = last.range.lowerBound..<end
        }
        return result
    }

    private static let opening = Set("<([{＜「『".unicodeScalars.map { FoldedText(String($0)).folded[0] })
    private static let label = opening.union(" 様さん氏殿、,:".unicodeScalars.map { FoldedText(String($0)).folded[0] })
}
