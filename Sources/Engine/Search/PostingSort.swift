/// Sorts postings by their terms, which are hashes and so spread evenly: a radix sort of the upper bits, and a pass that puts
/// right the few whose upper bits are the same.
enum PostingSort {
    typealias Posting = (term: Int64, record: Int64)

    private static let passBits: UInt64 = 11
    private static let passes: UInt64 = 3

    /// - Parameter postings: In the order of their records, which stays that of each term's.
    static func sorted(_ postings: [Posting]) -> [Posting] {
        var (from, to) = (postings, postings)
        for pass in 0..<passes {
            move(from, to: &to, shift: 64 - passBits * (passes - pass))
            swap(&from, &to)
        }
        for place in from.indices.dropFirst() where from[place].term < from[place - 1].term {
            let posting = from[place]
            var hole = place
            while hole > 0, from[hole - 1].term > posting.term {
                from[hole] = from[hole - 1]
                hole -= 1
            }
            from[hole] = posting
        }
        return from
    }

    private static func move(_ from: [Posting], to: inout [Posting], shift: UInt64) {
        let mask: UInt64 = 1 << passBits - 1
        // Negative terms come first.
        func digit(_ term: Int64) -> Int { Int((UInt64(bitPattern: term) ^ 1 << 63) >> shift & mask) }
        var places = [Int](repeating: 0, count: 1 << Int(passBits))
        for posting in from { places[digit(posting.term)] += 1 }
        var sum = 0
        for digit in places.indices {
            let count = places[digit]
            places[digit] = sum
            sum += count
        }
        for posting in from {
            let digit = digit(posting.term)
            to[places[digit]] = posting
            places[digit] += 1
        }
    }
}
