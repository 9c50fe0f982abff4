public import Records

/// The bytes of a result as an encoder writes them, in chunks. To be gone through once.
public struct EncodedRows: AsyncSequence, Sendable {
    /// What the reader's thread hands on.
    enum Piece: Sendable {
        case begin([ResultColumn])
        case rows(CellBlock)
        case end
    }

    private let pieces: AsyncThrowingStream<Piece, any Error>
    private let encoder: any RowEncoder

    init(_ pieces: AsyncThrowingStream<Piece, any Error>, _ encoder: any RowEncoder) {
        self.pieces = pieces
        self.encoder = encoder
    }

    public func makeAsyncIterator() -> Iterator { Iterator(pieces.makeAsyncIterator(), encoder) }

    public struct Iterator: AsyncIteratorProtocol {
        private var pieces: AsyncThrowingStream<Piece, any Error>.Iterator
        private var encoder: any RowEncoder
        /// Columns of the result; further cells of a row are ids.
        private var width = 0

        fileprivate init(_ pieces: AsyncThrowingStream<Piece, any Error>.Iterator, _ encoder: any RowEncoder) {
            self.pieces = pieces
            self.encoder = encoder
        }

        /// - Throws: What reading the rows throws.
        public mutating func next() async throws -> [UInt8]? {
            var out: [UInt8] = []
            while out.isEmpty, let piece = try await pieces.next() { encode(piece, into: &out) }
            return out.isEmpty ? nil : out
        }

        private mutating func encode(_ piece: Piece, into out: inout [UInt8]) {
            switch piece {
            case .begin(let columns):
                width = columns.count
                encoder.begin(columns, into: &out)
            case .end: encoder.end(into: &out)
            case .rows(let block):
                // Texts, numbers and what is between them.
                out.reserveCapacity(block.bytes.count + block.rowCount * block.columnCount * 12)
                Self.encode(block, width, with: &encoder, into: &out)
            }
        }

        /// With the kind of encoder looked up once a block, not once a row.
        private static func encode(
            _ block: CellBlock, _ width: Int, with encoder: inout some RowEncoder, into out: inout [UInt8]
        ) {
            block.forEachRow(width: width) { encoder.row($0, into: &out) }
        }
    }
}
