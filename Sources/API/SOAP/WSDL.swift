import Engine
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// The contract of the SOAP interface (WSDL 1.1), whole in one document. The partner's is the same for every organisation; the
/// enterprise's has a type for each object of the schema.
struct WSDL {
    let kind: SOAPKind
    let schema: Schema
    /// Where it is called.
    let address: String

    var text: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <definitions targetNamespace="\(kind.namespace)" xmlns="http://schemas.xmlsoap.org/wsdl/" \
        xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" \
        xmlns:fns="\(kind.faults)" xmlns:tns="\(kind.namespace)" xmlns:ens="\(kind.rows)">
        <types>
        \(rows)\(calls)\(faults)</types>
        \(messages)\(port)\(binding)<service name="SforceService"><port binding="tns:SoapBinding" name="Soap">\
        <soap:address location="\(SOAPText.escaped(address))"/></port></service>
        </definitions>

        """
    }

    private func schemaElement(_ namespace: String, _ imports: [String], _ body: String) -> String {
        let imports = imports.map { #"<import namespace="\#($0)"/>"# }.joined()
        return """
            <schema elementFormDefault="qualified" xmlns="http://www.w3.org/2001/XMLSchema" \
            targetNamespace="\(namespace)">
            \(imports)
            \(body)</schema>

            """
    }

    // MARK: Rows

    private var rows: String {
        let inner =
            kind == .partner
            ? #"<element name="type" type="xsd:string"/>"# + rowHead
                + Self.any
            : rowHead
        var body = #"<complexType name="sObject"><sequence>\#(inner)</sequence></complexType>"# + "\n"
        if kind == .enterprise {
            body += derived(
                "AggregateResult",
                Self.any)
            for object in schema.objects where !object.isInternal { body += derived(object.name, fields(of: object)) }
        }
        return schemaElement(kind.rows, [kind.namespace], body)
    }

    /// Any element of the rows' own namespace.
    private static let any = """
        <any namespace="##targetNamespace" minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
        """

    private var rowHead: String {
        """
        <element name="fieldsToNull" type="xsd:string" nillable="true" minOccurs="0" maxOccurs="unbounded"/>\
        <element name="Id" type="tns:ID" nillable="true"/>
        """
    }

    private func derived(_ name: String, _ elements: String) -> String {
        """
        <complexType name="\(name)"><complexContent><extension base="ens:sObject"><sequence>\(elements)</sequence>\
        </extension></complexContent></complexType>

        """
    }

    /// Fields, parents and children in alphabetical order.
    private func fields(of object: ObjectSchema) -> String {
        var elements: [(name: String, type: String)] = []
        for field in object.fields where field.name != "Id" {
            let type =
                switch field.type {
                case .id, .reference: "tns:ID"
                case .address: "tns:address"
                case .location: "tns:location"
                default: field.type.xsdType
                }
            elements.append((field.name, type))
            if let parent = field.relationshipName {
                let known = field.referenceTo.compactMap { schema.object($0) }.filter { !$0.isInternal }
                elements.append((parent, known.count == 1 ? "ens:\(known[0].name)" : "ens:sObject"))
            }
        }
        for child in schema.children(of: object) where !child.child.isInternal {
            if let name = child.name { elements.append((name, "tns:QueryResult")) }
        }
        var seen: Set<String> = []
        return elements.filter { seen.insert($0.name).inserted }
            .sorted { $0.name.lowercased() < $1.name.lowercased() }
            .map { #"<element name="\#($0.name)" type="\#($0.type)" nillable="true" minOccurs="0"/>"# }.joined()
    }

    // MARK: Calls

    private var calls: String {
        var body = """
            <simpleType name="ID"><restriction base="xsd:string"><length value="18"/>\
            <pattern value="[a-zA-Z0-9]{18}"/></restriction></simpleType>
            <simpleType name="QueryLocator"><restriction base="xsd:string"/></simpleType>
            \(enumeration("StatusCode", PlatformError.Code.ofRows.map(\.name).sorted()))\
            \(enumeration("fieldType", FieldType.allCases.map(\.rawValue)))\
            \(enumeration("soapType", Self.soapTypes))
            """
        for (name, elements) in SOAPTypes.types {
            body +=
                #"<complexType name="\#(name)"><sequence>\#(Self.elements(elements))</sequence></complexType>"# + "\n"
        }
        for (name, elements) in SOAPTypes.headers { body += Self.wrapper(name, elements) }
        for operation in SOAPTypes.operations {
            body += Self.wrapper(operation.name, operation.request)
            body += Self.wrapper("\(operation.name)Response", operation.result.map { [$0] } ?? [])
        }
        return schemaElement(kind.namespace, [kind.rows], body)
    }

    private static let soapTypes = [
        "tns:ID", "xsd:anyType", "xsd:base64Binary", "xsd:boolean", "xsd:date", "xsd:dateTime", "xsd:double", "xsd:int",
        "xsd:long", "xsd:string", "xsd:time", "urn:address", "urn:location", "urn:JunctionIdListNames",
    ]

    private func enumeration(_ name: String, _ values: [String]) -> String {
        let values = values.map { #"<enumeration value="\#($0)"/>"# }.joined()
        return #"<simpleType name="\#(name)"><restriction base="xsd:string">\#(values)</restriction></simpleType>"#
            + "\n"
    }

    private static func wrapper(_ name: String, _ elements: [SOAPTypes.Element]) -> String {
        #"<element name="\#(name)"><complexType><sequence>\#(self.elements(elements))</sequence></complexType></element>"#
            + "\n"
    }

    private static func elements(_ elements: [SOAPTypes.Element]) -> String {
        elements.map { element in
            var text = #"<element name="\#(element.name)" type="\#(element.type)""#
            if element.isNillable { text += #" nillable="true""# }
            if element.isOptional { text += #" minOccurs="0""# }
            if element.isList { text += #" maxOccurs="unbounded""# }
            return text + "/>"
        }.joined()
    }

    // MARK: Faults

    private var faults: String {
        var body = """
            <complexType name="ApiFault"><sequence><element name="exceptionCode" type="xsd:string"/>\
            <element name="exceptionMessage" type="xsd:string"/></sequence></complexType>
            <complexType name="ApiQueryFault"><complexContent><extension base="fns:ApiFault"><sequence>\
            <element name="row" type="xsd:int"/><element name="column" type="xsd:int"/></sequence></extension>\
            </complexContent></complexType>

            """
        for name in SOAPFault.allKinds {
            let base = SOAPFault.queryFaults.contains(name) ? "ApiQueryFault" : "ApiFault"
            body += """
                <complexType name="\(name)"><complexContent><extension base="fns:\(base)"/></complexContent></complexType>\
                <element name="\(name)" type="fns:\(name)"/>

                """
        }
        return schemaElement(kind.faults, [], body)
    }

    // MARK: Messages and their binding

    private var messages: String {
        let headers = SOAPTypes.headers.map { #"<part element="tns:\#($0.name)" name="\#($0.name)"/>"# }.joined()
        var text = #"<message name="Header">\#(headers)</message>"# + "\n"
        for name in SOAPFault.allKinds {
            text += #"<message name="\#(name)"><part element="fns:\#(name)" name="fault"/></message>"# + "\n"
        }
        for operation in SOAPTypes.operations {
            for (message, element) in [("Request", ""), ("Response", "Response")] {
                text += """
                    <message name="\(operation.name)\(message)">\
                    <part element="tns:\(operation.name)\(element)" name="parameters"/></message>

                    """
            }
        }
        return text
    }

    private var port: String {
        let operations = SOAPTypes.operations.map { operation in
            """
            <operation name="\(operation.name)"><input message="tns:\(operation.name)Request"/>\
            <output message="tns:\(operation.name)Response"/>\
            \(SOAPFault.allKinds.map { #"<fault message="tns:\#($0)" name="\#($0)"/>"# }.joined())</operation>

            """
        }
        return #"<portType name="Soap">\#(operations.joined())</portType>"# + "\n"
    }

    private var binding: String {
        func header(_ name: String) -> String { #"<soap:header use="literal" message="tns:Header" part="\#(name)"/>"# }
        let operations = SOAPTypes.operations.map { operation in
            let isLogin = operation.name == "login"
            let input =
                isLogin
                ? ["CallOptions", "LoginScopeHeader"]
                : SOAPTypes.headers.map(\.name).filter { $0 != "LoginScopeHeader" && $0 != "LimitInfoHeader" }
            let faults = SOAPFault.allKinds.map {
                #"<fault name="\#($0)"><soap:fault name="\#($0)" use="literal"/></fault>"#
            }
            return """
                <operation name="\(operation.name)"><soap:operation soapAction=""/><input>\(input.map(header).joined())\
                <soap:body parts="parameters" use="literal"/></input><output>\(isLogin ? "" : header("LimitInfoHeader"))\
                <soap:body use="literal"/></output>\(faults.joined())</operation>

                """
        }
        return """
            <binding name="SoapBinding" type="tns:Soap">\
            <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
            \(operations.joined())</binding>

            """
    }
}

/// `/services/wsdl/partner` and `/services/wsdl/enterprise`, for those who have a session: in `Authorization`, or in the cookie `sid` as
/// a browser would send it.
struct WSDLRoutes {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        for kind in [SOAPKind.partner, .enterprise] {
            router.resource(RouterPath("services/wsdl/\(kind.name)")) { request, context in
                let version = RESTCall.versions.upperBound
                let schema = try await session(of: request).schema()
                let origin = shared.address.origin(of: request, context: context)
                let wsdl = WSDL(
                    kind: kind, schema: schema, address: "\(origin)/services/Soap/\(kind.rawValue)/\(version).0")
                return SOAPText.response(wsdl.text, status: .ok)
            }
        }
    }

    private func session(of request: Request) async throws -> Session {
        if request.headers[.authorization] != nil { return try await shared.session(of: request) }
        let cookies = (request.headers[.cookie] ?? "").split(separator: ";").map { $0.trimmingSpaces() }
        guard let sid = cookies.first(where: { $0.hasPrefix("sid=") })?.dropFirst(4),
            let session = try await shared.identity.session(token: String(sid))
        else { throw PlatformError(.invalidSessionID, "Session expired or invalid") }
        return session
    }
}
