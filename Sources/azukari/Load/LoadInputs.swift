import Formats
import Foundation
import Records

/// Finds out what a path holds, and in which order it must be loaded.
struct LoadInputs {
    private(set) var steps: [LoadStep] = []
    /// Files that were passed over, and why.
    private(set) var passedOver: [String] = []

    private let schema: Schema
    private let mapping: Mapping
    private let csv: CSVOptions

    /// - Parameters:
    ///   - object: of the rows of a single file.
    ///   - skipsMissing: whether a plan may name files that are not there.
    init(
        path: String, object: String?, schema: Schema, mapping: Mapping, csv: CSVOptions, skipsMissing: Bool
    ) throws {
        self.schema = schema
        self.mapping = mapping
        self.csv = csv
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw LoadError("\(path): there is no such file or folder.")
        }
        if isFolder.boolValue {
            try addFolder(path)
        } else if path.lowercased().hasSuffix(".json") {
            try addJSON(path, object: object, skipsMissing: skipsMissing)
        } else {
            guard let name = object ?? mapping.object ?? objectName(of: path, isExact: false) else {
                throw LoadError("\(path): the file's name names no object. Name it with --object.")
            }
            steps = [LoadStep(object: schema.object(name)?.name ?? name, content: .csv(path: path), mapping: mapping)]
        }
    }

    /// The object that a file is named for: `Contact.csv`, and of a single file also `Contact-2024.csv`.
    private func objectName(of path: String, isExact: Bool) -> String? {
        let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        if let object = schema.object(stem) { return object.name }
        if stem.lowercased().hasSuffix("__c") { return stem }
        if isExact { return nil }
        let ends = stem.indices.filter { "-_. ".contains(stem[$0]) }.reversed()
        return ends.lazy.compactMap { schema.object(stem[..<$0])?.name }.first
    }

    private mutating func addFolder(_ path: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        var found: [LoadStep] = []
        for name in names where name.lowercased().hasSuffix(".csv") {
            if let object = objectName(of: name, isExact: true) {
                found.append(LoadStep(object: object, content: .csv(path: path + "/" + name), mapping: mapping))
            } else {
                passedOver.append("\(name): its name is no object's; load it alone with --object.")
            }
        }
        guard !found.isEmpty else {
            throw LoadError("\(path): no file in this folder is named for an object, such as Contact.csv.")
        }
        steps = try parentsFirst(found)
    }

    /// A stable order in which nobody comes before their parents; of a circle the first by name comes first.
    private func parentsFirst(_ found: [LoadStep]) throws -> [LoadStep] {
        var waiting = try found.map { step in
            (step: step, parents: try parents(of: step).subtracting([step.object.lowercased()]))
        }
        var ordered: [LoadStep] = []
        while !waiting.isEmpty {
            let objects = Set(waiting.map { $0.step.object.lowercased() })
            let next = waiting.firstIndex { $0.parents.isDisjoint(with: objects) } ?? 0
            ordered.append(waiting.remove(at: next).step)
        }
        return ordered
    }

    /// The objects, in lower case, to which the columns of a file refer.
    private func parents(of step: LoadStep) throws -> Set<String> {
        let object = schema.object(step.object)
        var parents: Set<String> = []
        for column in try step.open(csv).columns {
            let target = mapping.rule(for: column)?.target ?? column
            let relation = target.prefix { $0 != "." }
            if let lookup = object?.field(target) ?? object?.relationship(relation) {
                parents.formUnion(lookup.referenceTo.map { $0.lowercased() })
            } else if relation.lowercased().hasSuffix("__r") {
                parents.insert(relation.dropLast(3).lowercased() + "__c")
            }
        }
        return parents
    }

    private mutating func addJSON(_ path: String, object: String?, skipsMissing: Bool) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw LoadError("\(path): the file may not be read.")
        }
        let root: JSONValue
        do { root = try JSONValue(Array(data), bytesMax: 256 << 20) } catch { throw LoadError("\(path): \(error)") }
        guard let entries = root.elements else {
            try addTree(try TreeFile(path: path, object: object), resolves: true)
            return
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        for (place, entry) in entries.enumerated() {
            guard let object = entry["sobject"]?.string, let files = entry["files"]?.elements?.compactMap(\.string)
            else {
                throw LoadError("\(path): entry \(place + 1) of the plan needs `sobject` and `files`.")
            }
            for file in files {
                let full = folder + "/" + file
                if !FileManager.default.fileExists(atPath: full) {
                    guard skipsMissing else {
                        throw LoadError(
                            "\(path): the plan names \(file), which is not there. Go on without it: --skip-missing.")
                    }
                    passedOver.append("\(file): named by the plan, and not there.")
                    continue
                }
                try addTree(
                    try TreeFile(path: full, object: object), resolves: entry["resolveRefs"]?.boolean ?? false)
            }
        }
    }

    private mutating func addTree(_ file: TreeFile, resolves: Bool) throws {
        steps.append(
            LoadStep(
                object: schema.object(file.object)?.name ?? file.object, content: .tree(file),
                resolvesReferences: resolves,
                mapping: mapping))
        for children in file.children {
            guard let parent = schema.object(file.object),
                let relation = schema.children(of: parent).first(where: {
                    $0.name?.lowercased() == children.relation.lowercased()
                })
            else { throw LoadError("\(file.path): \(file.object) has no children named \(children.relation).") }
            let inner = try TreeFile(
                path: file.path, object: relation.child.name, records: children.records.map(\.record),
                parents: children.records.map(\.parentReference), lookup: relation.field.name)
            try addTree(inner, resolves: true)
        }
    }
}
