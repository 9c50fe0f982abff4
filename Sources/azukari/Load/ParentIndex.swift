import Engine
import Records

/// The parents that the rows of a load name by another field than an external id, found (or made) before the load.
struct ParentIndex: Sendable {
    enum Found: Sendable {
        case one(RecordID)
        /// The name is not unique, so it names nobody.
        case several
    }

    private var found: [String: Found] = [:]
    private let parent: String
    private let field: String

    /// Looks all names up, and makes those that are missing when the mapping says so.
    ///
    /// - Throws: ``LoadError`` when the parents cannot be made.
    init(_ names: Set<String>, parent: String, by field: String, makesNew: Bool, in session: Session) async throws {
        self.parent = parent
        self.field = field
        let all = names.sorted()
        for start in stride(from: 0, to: all.count, by: 200) {
            let some = all[start...].prefix(200)
            let records = try await session.query(
                "SELECT Id, \(field) FROM \(parent) WHERE \(field) IN :names",
                bindings: ["names": .many(some.map { .text($0) })])
            for record in records {
                guard let id = record.id, let name = record[field].text else { continue }
                found[name.lowercased()] = found[name.lowercased()] == nil ? .one(id) : .several
            }
        }
        guard makesNew else { return }
        var isNew: Set<String> = []
        let missing = all.filter { found[$0.lowercased()] == nil && isNew.insert($0.lowercased()).inserted }
        for start in stride(from: 0, to: missing.count, by: 2000) {
            let some = missing[start...].prefix(2000)
            let outcomes = try await session.create(
                Batch(parent, fields: [field], rows: some.map { [.text($0)] }), onFailure: .rollbackAll)
            for (name, outcome) in zip(some, outcomes) {
                switch outcome {
                case .done(let id, _): found[name.lowercased()] = .one(id)
                case .refused(let errors):
                    throw LoadError("\(parent) “\(name)” could not be made: \(errors.first?.message ?? "refused").")
                }
            }
        }
    }

    /// The parent's id, or why there is none.
    func id(of name: String) -> Result<RecordID, RowFault> {
        switch found[name.lowercased()] {
        case .one(let id): .success(id)
        case .several:
            .failure(
                RowFault(
                    code: "DUPLICATE_VALUE", message: "several \(parent) records have this \(field)", column: nil))
        case nil:
            .failure(
                RowFault(
                    code: "INVALID_CROSS_REFERENCE_KEY", message: "no \(parent) has this \(field)", column: nil))
        }
    }
}
