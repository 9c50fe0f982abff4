import Formats
import Foundation
import Records

/// Records of one object from a JSON file in the form of the platform's sObject tree.
struct TreeFile {
    /// A row's reference to another: `@ContactRef7`.
    static let referenceMark: Character = "@"

    let path: String
    let object: String
    let columns: [String]
    let rows: [SourceRow]
    /// Children that lie inside the records, one for each relation; they are loaded after these rows.
    let children: [Children]

    struct Children {
        /// The relation's name, such as `Contacts`.
        let relation: String
        let parent: String
        let records: [(parentReference: String, record: JSONValue)]
    }

    private static let bytesMax = 256 << 20

    /// Reads `{"records": [{"attributes": {"type", "referenceId"}, …}]}`.
    ///
    /// - Throws: ``LoadError`` naming the file, and line and column when it is no JSON.
    init(path: String, object given: String?) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw LoadError("\(path): there is no such file, or it may not be read.")
        }
        let root: JSONValue
        do { root = try JSONValue(Array(data), bytesMax: Self.bytesMax) } catch { throw LoadError("\(path): \(error)") }
        guard let records = root["records"]?.elements else {
            throw LoadError("\(path): this is no sObject tree; it has no list `records`.")
        }
        guard let object = given ?? records.first?["attributes"]?["type"]?.string else {
            throw LoadError("\(path): the first record names no type in its `attributes`. Name it with --object.")
        }
        try self.init(path: path, object: object, records: records)
    }

    /// - Parameter lookup: the field that points to the parents, of children that lay inside them.
    init(path: String, object: String, records: [JSONValue], parents: [String] = [], lookup: String? = nil) throws {
        self.path = path
        self.object = object
        var columns: [String] = lookup.map { [$0] } ?? []
        var places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
        var rows: [SourceRow] = []
        var children: [(relation: String, parentReference: String, record: JSONValue)] = []
        for (index, record) in records.enumerated() {
            guard let members = record.members else {
                throw LoadError("\(path): record \(index + 1) is no object.")
            }
            let type = record["attributes"]?["type"]?.string ?? object
            guard type.lowercased() == object.lowercased() else {
                throw LoadError(
                    "\(path): record \(index + 1) is of \(type), the others are of \(object). One file, one object.")
            }
            let reference = record["attributes"]?["referenceId"]?.string ?? "\(path)#\(index + 1)"
            var cells = [Value](repeating: .null, count: columns.count)
            if lookup != nil { cells[0] = .text("\(Self.referenceMark)\(parents[index])") }
            for member in members where member.name != "attributes" {
                if let inner = member.value["records"]?.elements {
                    children += inner.map { (member.name, reference, $0) }
                    continue
                }
                for (name, value) in try Self.cells(member, path: path, record: index + 1) {
                    if let place = places[name] {
                        cells[place] = value
                    } else {
                        places[name] = columns.count
                        columns.append(name)
                        cells.append(value)
                    }
                }
            }
            rows.append(SourceRow(number: index + 1, line: nil, cells: cells, fault: nil, reference: reference))
        }
        // Records need not have the same members: what the later ones brought is null in the earlier.
        for place in rows.indices {
            rows[place].cells += [Value](repeating: .null, count: columns.count - rows[place].cells.count)
        }
        self.columns = columns
        self.rows = rows
        var relations: [String] = []
        for child in children where !relations.contains(child.relation) { relations.append(child.relation) }
        self.children = relations.map { relation in
            Children(
                relation: relation, parent: object,
                records: children.filter { $0.relation == relation }.map { ($0.parentReference, $0.record) })
        }
    }

    /// A member as columns: itself, or for a parent by external id (`"Account": {"Ext__c": "A-1"}`) its path.
    private static func cells(_ member: JSONMember, path: String, record: Int) throws -> [(String, Value)] {
        if let value = member.value.scalar { return [(member.name, value)] }
        let keys = (member.value.members ?? []).filter { $0.name != "attributes" }
        let cells = keys.compactMap { key in key.value.scalar.map { ("\(member.name).\(key.name)", $0) } }
        guard cells.count == 1 else {
            throw LoadError(
                "\(path): record \(record), \(member.name): a value is a text, a number, true, false, null, "
                    + "or a parent named by one external id.")
        }
        return cells
    }
}

/// The rows of a ``TreeFile``, handed out like those of any source.
final class TreeSource: RowSource {
    let columns: [String]
    let bytesTotal: Int
    private(set) var bytesRead = 0
    private let rows: [SourceRow]
    private static let rowsInBlock = 1000

    init(_ file: TreeFile) {
        columns = file.columns
        rows = file.rows
        bytesTotal = file.rows.count
    }

    func next() throws -> SourceBlock? {
        guard bytesRead < rows.count else { return nil }
        var block = SourceBlock(columnCount: columns.count)
        for row in rows[bytesRead...].prefix(Self.rowsInBlock) { block.append(row) }
        bytesRead += block.rowCount
        return block
    }
}
