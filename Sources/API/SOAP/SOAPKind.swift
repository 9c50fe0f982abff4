/// The two forms of the SOAP interface: rows whose fields are named in them, and rows typed by the organisation's own schema.
enum SOAPKind: String, Sendable {
    case partner = "u"
    case enterprise = "c"

    var name: String { self == .partner ? "partner" : "enterprise" }
    /// Of calls and their answers.
    var namespace: String { "urn:\(name).soap.sforce.com" }
    /// Of rows.
    var rows: String { "urn:sobject.\(name).soap.sforce.com" }
    var faults: String { "urn:fault.\(name).soap.sforce.com" }
}
