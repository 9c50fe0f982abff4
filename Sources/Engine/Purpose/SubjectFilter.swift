import Records
import Store

/// Which records of an object are those of people who are there under a purpose, as conditions of one statement.
///
/// A record is followed to its person by the lookups of its object's `subjectPath`. Who decided what is asked for in tables
/// that stand before the statement (``definitions``), one for each object on the way.
struct SubjectFilter {
    private let limit: SubjectLimit
    private let schema: Schema
    private(set) var definitions: [SQL] = []
    /// By object; nil while it is made, and where the object leads to nobody.
    private var tables: [String: Identifier?] = [:]

    init(_ limit: SubjectLimit, _ schema: Schema) {
        self.limit = limit
        self.schema = schema
    }

    /// The condition for a table of the statement; nil where it holds for every record.
    mutating func condition(_ object: ObjectSchema, _ alias: Identifier) -> SQL? {
        switch object.name {
        case "Individual": return decided(alias)
        case "ContentDocument": return byLinks(alias)
        case "ContentVersion": return byLookups(object.subjectPath + ["ContentDocumentId"], of: object, alias)
        // What the privacy officer keeps of people who may be anybody's.
        case "DataSubjectRequest", "DataSubjectRequestStep", "ErasureCertificate": return "1 = 0"
        default: break
        }
        if let shared = object.sharedObject {
            let parent = object.isCustom ? "ParentId" : "\(shared)Id"
            return byLookups([parent], of: object, alias)
        }
        return byLookups(object.subjectPath, of: object, alias)
    }

    /// That a record leads to nobody who is not there; and to somebody, where only those who agreed are.
    private mutating func byLookups(_ path: [String], of object: ObjectSchema, _ alias: Identifier) -> SQL? {
        let (leads, clear) = ways(path, of: object, alias)
        let isSomebodys = object.isPerson || !object.subjectPath.isEmpty
        guard limit.scope == .optedIn, isSomebodys || !leads.isEmpty else {
            return clear.isEmpty ? nil : .joined(clear, separator: " AND ")
        }
        if leads.isEmpty { return "1 = 0" }
        return "(\(.joined(leads, separator: " OR "))) AND \(.joined(clear, separator: " AND "))"
    }

    /// A file goes with every record that it is linked to.
    private mutating func byLinks(_ alias: Identifier) -> SQL? {
        guard let links = schema.object("ContentDocumentLink") else { return nil }
        let (leads, clear) = ways(links.subjectPath, of: links, Identifier("p1"))
        if clear.isEmpty { return nil }
        let link: SQL = """
            SELECT 1 FROM "ContentDocumentLink" p1 WHERE p1."ContentDocumentId" = \(identifier: alias)."Id" \
            AND p1."IsDeleted" = 0
            """
        let none: SQL = "NOT EXISTS (\(link) AND NOT (\(.joined(clear, separator: " AND "))))"
        return limit.scope == .optedIn
            ? "EXISTS (\(link) AND (\(.joined(leads, separator: " OR ")))) AND \(none)" : none
    }

    /// For each lookup that may lead to somebody: that it leads to one who is there, and that it leads to nobody who is not.
    private mutating func ways(
        _ path: [String], of object: ObjectSchema, _ alias: Identifier
    ) -> (leads: [SQL], clear: [SQL]) {
        var (leads, clear): ([SQL], [SQL]) = ([], [])
        // A merged or converted person is somebody by what was left of them.
        for field in path.compactMap({ object.field($0) }) where !Self.former.contains(field.name) {
            let column: SQL = "\(identifier: alias).\(identifier: Identifier(field.name))"
            for name in field.referenceTo where name != object.name {
                guard let parent = schema.object(name), let table = table(of: parent) else { continue }
                let isThere: SQL = "\(column) IN (SELECT \"Id\" FROM \(identifier: table))"
                let range = parent.keyPrefix.idRange
                leads.append(isThere)
                clear.append(
                    field.referenceTo.count == 1
                        ? "(\(column) IS NULL OR \(isThere))"
                        : """
                        (\(column) IS NULL OR \(column) NOT BETWEEN \(.integer(range.lowerBound)) \
                        AND \(.integer(range.upperBound)) OR \(isThere))
                        """)
            }
        }
        return (leads, clear)
    }

    private mutating func table(of object: ObjectSchema) -> Identifier? {
        if let known = tables[object.name] { return known }
        tables[object.name] = .some(nil)
        guard let condition = condition(object, Identifier("p0")) else { return nil }
        let table = Identifier("az_subject_\(object.name)")
        definitions.append(
            """
            \(identifier: table) AS NOT MATERIALIZED (SELECT p0."Id" \
            FROM \(identifier: Identifier(object.name)) p0 WHERE \(condition))
            """)
        tables[object.name] = table
        return table
    }

    /// What an individual has decided: nobody who wants to be forgotten or left alone is there. Who said yes for one channel
    /// and no for another is.
    private func decided(_ alias: Identifier) -> SQL {
        let flags: SQL = """
            \(identifier: alias)."ShouldForget" = 0 AND \(identifier: alias)."HasOptedOutProcessing" = 0
            """
        let hasOptedIn = hasConsent("OptIn", alias)
        return limit.scope == .optedIn
            ? "(\(flags) AND \(hasOptedIn))"
            : "(\(flags) AND (NOT \(hasConsent("OptOut", alias)) OR \(hasOptedIn)))"
    }

    private func hasConsent(_ status: String, _ alias: Identifier) -> SQL {
        """
        EXISTS (SELECT 1 FROM "ContactPointTypeConsent" k WHERE k."PartyId" = \(identifier: alias)."Id" \
        AND k."DataUsePurposeId" = \(.id(limit.purpose)) AND k."PrivacyConsentStatus" = \(.text(status)) \
        AND k."IsDeleted" = 0 AND (k."EffectiveFrom" IS NULL OR k."EffectiveFrom" <= \(.datetime(limit.moment))) \
        AND (k."EffectiveTo" IS NULL OR k."EffectiveTo" > \(.datetime(limit.moment))))
        """
    }

    private static let former: Set<String> = ["MasterRecordId", "ConvertedContactId"]
}
