extension CSVReader {
    /// The state machine over bytes: where it stands in a row, and what it has seen there.
    struct Scan: Sendable {
        enum State: Sendable {
            case rowStart, cellStart, plain, quoted
            /// After a quote inside a quoted cell: the cell's end, or the first of a doubled quote.
            case quoteInQuoted
        }

        var state = State.rowStart
        /// The next byte to look at.
        var place = 0
        var cellStart = 0
        /// All bytes of the row, joined by or: from 0x80 on there is more than ASCII in it.
        var highBits: UInt8 = 0
        var sawNUL = false
        var sawQuote = false
        var sawDoubledQuote = false
        var isOverlong = false
        var textAfterQuoteColumn: Int?
        /// Set when the input ended inside a quote.
        var openQuoteColumn: Int?
        /// The line on which the last quote was opened.
        var quoteLine = 0
        private var cellHasDoubled = false
        private var cellIsQuoted = false
        private var lastWasCR = false

        mutating func clearMarks() {
            highBits = 0
            sawNUL = false
            sawQuote = false
            sawDoubledQuote = false
            isOverlong = false
            textAfterQuoteColumn = nil
        }

        /// Reads on until a row ends (true) or the bytes do (false).
        mutating func run(
            _ buffer: [UInt8], delimiter: UInt8, columnsMax: Int, cells: inout [Cell], columnCount: inout Int,
            line: inout Int
        ) -> Bool {
            buffer.withUnsafeBufferPointer { bytes in
                let end = bytes.count
                while place < end {
                    switch state {
                    case .rowStart:
                        // The LF of a CRLF whose CR ended the row before, maybe in another chunk.
                        if lastWasCR, bytes[place] == 0x0A {
                            place += 1
                            lastWasCR = false
                            continue
                        }
                        lastWasCR = false
                        state = .cellStart
                    case .cellStart:
                        cellHasDoubled = false
                        cellIsQuoted = bytes[place] == 0x22
                        if cellIsQuoted {
                            sawQuote = true
                            quoteLine = line
                            place += 1
                        }
                        cellStart = place
                        state = cellIsQuoted ? .quoted : .plain
                    case .plain:
                        passPlain(bytes, end: end, delimiter: delimiter)
                        guard place < end else { return false }
                        let byte = bytes[place]
                        close(at: place, columnsMax: columnsMax, cells: &cells, columnCount: &columnCount)
                        place += 1
                        if byte == delimiter { continue }
                        return endRow(byte, line: &line)
                    case .quoted:
                        passQuoted(bytes, end: end, line: &line)
                        guard place < end else { return false }
                        place += 1
                        state = .quoteInQuoted
                    case .quoteInQuoted:
                        let byte = bytes[place]
                        if byte == 0x22 {
                            cellHasDoubled = true
                            sawDoubledQuote = true
                            place += 1
                            state = .quoted
                        } else if byte == delimiter || byte == 0x0A || byte == 0x0D {
                            close(at: place - 1, columnsMax: columnsMax, cells: &cells, columnCount: &columnCount)
                            place += 1
                            if byte == delimiter { continue }
                            return endRow(byte, line: &line)
                        } else {
                            if textAfterQuoteColumn == nil { textAfterQuoteColumn = columnCount }
                            state = .plain
                        }
                    }
                }
                return false
            }
        }

        /// Ends the last row, which no line break ends. False when there is none.
        mutating func endInput(_ cells: inout [Cell], columnsMax: Int, columnCount: inout Int) -> Bool {
            switch state {
            case .rowStart:
                return false
            case .cellStart:
                cellStart = place
                cellHasDoubled = false
                close(at: place, columnsMax: columnsMax, cells: &cells, columnCount: &columnCount)
            case .plain:
                close(at: place, columnsMax: columnsMax, cells: &cells, columnCount: &columnCount)
            case .quoted:
                openQuoteColumn = columnCount
                close(at: place, columnsMax: columnsMax, cells: &cells, columnCount: &columnCount)
            case .quoteInQuoted:
                close(at: place - 1, columnsMax: columnsMax, cells: &cells, columnCount: &columnCount)
            }
            state = .rowStart
            return true
        }

        /// Stops at a delimiter or line break. Control characters are rare, so one comparison passes over most bytes.
        @inline(__always)
        private mutating func passPlain(_ bytes: UnsafeBufferPointer<UInt8>, end: Int, delimiter: UInt8) {
            var at = place
            var seen = highBits
            while at < end {
                let byte = bytes[at]
                if byte == delimiter { break }
                if byte <= 0x0D {
                    if byte == 0x0A || byte == 0x0D { break }
                    if byte == 0 { sawNUL = true }
                }
                seen |= byte
                at += 1
            }
            place = at
            highBits = seen
        }

        /// Stops at a quote; counts the line breaks on the way, a CRLF as one.
        @inline(__always)
        private mutating func passQuoted(_ bytes: UnsafeBufferPointer<UInt8>, end: Int, line: inout Int) {
            var at = place
            var seen = highBits
            while at < end {
                let byte = bytes[at]
                if byte == 0x22 { break }
                if byte <= 0x0D {
                    if byte == 0x0D || byte == 0x0A && !lastWasCR { line += 1 }
                    if byte == 0 { sawNUL = true }
                }
                lastWasCR = byte == 0x0D
                seen |= byte
                at += 1
            }
            if at < end { lastWasCR = false }
            place = at
            highBits = seen
        }

        @inline(__always)
        private mutating func close(at end: Int, columnsMax: Int, cells: inout [Cell], columnCount: inout Int) {
            if !isOverlong, columnCount < columnsMax {
                cells.append(Cell(start: cellStart, end: end, hasDoubledQuotes: cellHasDoubled))
            }
            columnCount += 1
            state = .cellStart
        }

        private mutating func endRow(_ byte: UInt8, line: inout Int) -> Bool {
            lastWasCR = byte == 0x0D
            line += 1
            state = .rowStart
            return true
        }
    }
}
