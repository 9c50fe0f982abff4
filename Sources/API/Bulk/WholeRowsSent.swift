import Engine
import Formats
import Loading
import Records

/// Rows that were read as a whole: those of a batch in JSON or XML, which is small.
struct WholeRowsSent: RowsSent {
    let columns: [String]
    private let rows: [Result<[Value], PlatformError>]
    private var row = 0

    private init(_ read: [Result<RowBody, PlatformError>]) {
        var columns: [String] = []
        var places: [String: Int] = [:]
        for case .success(let body) in read {
            for field in body.fields where places[field.lowercased()] == nil {
                places[field.lowercased()] = columns.count
                columns.append(field)
            }
        }
        rows = read.map { result in
            result.map { body in
                var values = [Value](repeating: .null, count: columns.count)
                for (field, value) in zip(body.fields, body.values) {
                    // An absent field is left as it is; one that is null is emptied.
                    values[places[field.lowercased()] ?? 0] = value.isNull || value == .text("") ? .text("#N/A") : value
                }
                return values
            }
        }
        self.columns = columns
    }

    /// An array of objects.
    init(json bytes: [UInt8], object: ObjectSchema) throws {
        guard let elements = (try? JSONValue(bytes, bytesMax: bytes.count))?.elements else {
            throw BatchFault("InvalidBatch : The batch is no JSON array of objects")
        }
        self.init(
            elements.map { element in
                Self.result {
                    guard let members = element.members else {
                        throw PlatformError(.jsonParserError, "A row must be a JSON object")
                    }
                    return try RowBody(members, object: object)
                }
            })
    }

    /// `<sObjects><sObject>…</sObject></sObjects>`.
    init(xml bytes: [UInt8], object: ObjectSchema) throws {
        guard let tree = try? XMLTree(bytes), tree.name == "sObjects" else {
            throw BatchFault("InvalidBatch : The batch is no XML document of sObjects")
        }
        self.init(tree.children.map { row in Self.result { try RowBody(row, object: object) } })
    }

    mutating func next(atMost count: Int) throws -> RowsOfBatch? {
        guard row < rows.count else { return nil }
        var some = RowsOfBatch(cells: CellBlock(columnCount: columns.count), first: row)
        while row < rows.count, some.count < count {
            switch rows[row] {
            case .success(let values): some.cells.append(values)
            case .failure(let error): some.faulty.append((row, error))
            }
            row += 1
        }
        return some
    }

    private static func result(_ make: () throws -> RowBody) -> Result<RowBody, PlatformError> {
        do { return .success(try make()) } catch let error as PlatformError { return .failure(error) } catch {
            return .failure(PlatformError(.unknownException, "The row cannot be read."))
        }
    }
}

extension RowBody {
    /// A row in XML: an element for each field, a parent's with the element of its external id inside.
    init(_ row: XMLTree, object: ObjectSchema) throws {
        self.init()
        for field in row.children where field.name != "type" && field.name != "fieldsToNull" {
            let inner = field.children.first { $0.name == "sObject" } ?? field
            let keys = inner.children.filter { $0.name != "type" }
            if keys.isEmpty {
                fields.append(field.name)
                values.append(field.isNil ? .null : .text(field.text))
            } else if keys.count == 1, object.relationship(field.name) != nil {
                fields.append("\(field.name).\(keys[0].name)")
                values.append(.text(keys[0].text))
            } else {
                throw PlatformError(
                    .invalidField, "The parent '\(field.name)' must be named by exactly one external id.",
                    fields: [field.name])
            }
        }
        for field in row.children where field.name == "fieldsToNull" {
            fields.append(field.text)
            values.append(.null)
        }
    }
}
