public import Engine
import Formats
import Records

/// The rows of a job with what came of them, in CSV, some at a time.
public struct IngestResults: Sendable {
    public enum Kind: String, Sendable {
        case successful = "successfulresults"
        case failed = "failedresults"
        case unprocessed = "unprocessedrecords"
    }

    private let kind: Kind
    private let form: BulkForm
    private var rows: CSVRowsSent?
    private var outcomes: BulkOutcomes
    private var csv: CSVWriter
    private var hasBegun = false
    private var isOver = false
    /// Rows whose outcome is not known.
    private let known: Int
    private var row = 0

    private static let bytesInPiece = 1 << 17

    public init(_ kind: Kind, _ batch: BulkBatch, _ form: BulkForm, _ session: Session) async throws {
        self.kind = kind
        self.form = form
        known = batch.rows
        outcomes = try await session.outcomes(batch)
        do {
            rows = try CSVRowsSent(
                try await session.sent(batch), form: form, object: nil, checksLineEnding: false)
        } catch is BatchFault {
            // There is no header, so there are no rows.
            rows = nil
        }
        csv = form.csv
    }

    /// The next bytes; nil at the end.
    public mutating func next() throws -> [UInt8]? {
        if isOver { return nil }
        csv.bytes.removeAll(keepingCapacity: true)
        if !hasBegun { begin() }
        while csv.bytes.count < Self.bytesInPiece {
            guard let texts = try rows?.nextTexts() else {
                isOver = true
                break
            }
            defer { row += 1 }
            if kind == .unprocessed {
                if row >= known { write(texts) }
                continue
            }
            guard let outcome = try outcomes.next() else {
                isOver = true
                break
            }
            switch outcome {
            case .done(let id, let isCreated) where kind == .successful:
                csv.value(.id(id))
                csv.value(.boolean(isCreated))
                write(texts)
            case .refused(let refusals) where kind == .failed:
                csv.text("")
                csv.text(refusals.map(\.bulkText).joined(separator: ";"))
                write(texts)
            default: continue
            }
        }
        return csv.bytes.isEmpty ? nil : csv.bytes
    }

    private mutating func begin() {
        hasBegun = true
        switch kind {
        case .successful:
            csv.text("sf__Id")
            csv.text("sf__Created")
        case .failed:
            csv.text("sf__Id")
            csv.text("sf__Error")
        case .unprocessed: break
        }
        write(rows?.header ?? [])
    }

    private mutating func write(_ texts: [String]) {
        for text in texts { csv.text(text) }
        csv.endRow()
    }
}

extension BulkOutcomes.Refusal {
    /// `REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --`
    public var bulkText: String { "\(code):\(message):\(fields.joined(separator: ",")) --" }
}
