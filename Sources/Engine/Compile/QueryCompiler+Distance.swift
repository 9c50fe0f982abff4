import Records
import SOQL
import Store

extension QueryCompiler {
    /// `DISTANCE(MailingAddress, GEOLOCATION(35.6, 139.7), 'km')`: along a sphere of the earth's mean radius, by the
    /// haversine formula; null where one of the places is not known.
    func distance(_ distance: Distance, _ scope: Scope) throws -> Operand {
        let from = try place(distance.from, scope)
        let to = try place(distance.to, scope)
        // IUGG's mean radius R1; a mile is 1.609344 km.
        let radius = distance.unit == .kilometres ? 6371.0088 : 6371.0088 / 1.609344
        let north: SQL = "SIN(RADIANS(\(to.latitude) - \(from.latitude)) / 2)"
        let east: SQL = "SIN(RADIANS(\(to.longitude) - \(from.longitude)) / 2)"
        let parallels: SQL = "COS(RADIANS(\(from.latitude))) * COS(RADIANS(\(to.latitude)))"
        let haversine: SQL = "(\(north) * \(north) + \(parallels) * \(east) * \(east))"
        // Of places that are opposite each other it may be a hair above 1.
        let angle: SQL = "2 * ATAN2(SQRT(\(haversine)), SQRT(ABS(1 - \(haversine))))"
        return Operand(
            sql: "(\(.double(radius)) * \(angle))", type: .double, name: "DISTANCE", object: scope.root.object.name,
            isNillable: true, field: nil)
    }

    /// In degrees.
    private typealias Place = (latitude: SQL, longitude: SQL)

    private func place(_ target: Distance.Target, _ scope: Scope) throws -> Place {
        switch target {
        case .field(let path): return try place(path, scope)
        case .geolocation(let latitude, let longitude):
            return (
                try degrees(latitude, upTo: 90, "latitude"), try degrees(longitude, upTo: 180, "longitude")
            )
        }
    }

    /// The parts of an address or location.
    private func place(_ path: Path, _ scope: Scope) throws -> Place {
        let whole = try scope.field(path)
        let parts = context.schema.object(whole.object)?.fields.filter { $0.compoundFieldName == whole.field?.name }
        func part(_ name: String) throws -> SQL {
            guard whole.type == .address || whole.type == .location,
                let field = parts?.first(where: { $0.name.hasSuffix(name) || $0.name.hasSuffix(name + "__s") })
            else {
                throw context.error(
                    .malformedQuery, "DISTANCE takes a location or an address; '\(whole.name)' is none.",
                    at: path.position)
            }
            return try scope.field(Path(scope.names(path).dropLast() + [field.name], at: path.position)).sql
        }
        return (try part("Latitude"), try part("Longitude"))
    }

    private func degrees(_ literal: Literal, upTo limit: Double, _ name: String) throws -> SQL {
        if case .bind = literal.kind { markFleeting() }
        let operand = Operand(sql: "", type: .double, name: name, object: "", isNillable: false, field: nil)
        guard case .value(.double(let number)) = try context.value(literal, for: operand), abs(number) <= limit else {
            throw context.error(
                .malformedQuery, "A \(name) lies between -\(Int(limit)) and \(Int(limit)) degrees.",
                at: literal.position)
        }
        return "\(.double(number))"
    }
}
