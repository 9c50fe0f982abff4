import Records

/// What a picklist's definition must be.
enum PicklistForm {
    static let valuesMax = 1_000

    /// - Parameters:
    ///   - object: The object that has the field, or gets it.
    ///   - refuse: Makes the error from what is wrong.
    static func check(_ field: Field, of object: ObjectSchema, _ refuse: (String) -> PlatformError) throws {
        guard field.picklist.count <= valuesMax else { throw refuse("a picklist has at most \(valuesMax) values.") }
        var seen: Set<String> = []
        for value in field.picklist {
            let texts = [value.value, value.label, value.labelJa] + value.validFor + value.recordTypes
            guard !value.value.isEmpty, !texts.contains(where: { $0.contains { "|\n\r".contains($0) } }) else {
                throw refuse("a picklist value is not empty and has neither | nor a line break.")
            }
            guard seen.insert(value.value.lowercased()).inserted else {
                throw refuse("the value \(value.value) is there twice; upper and lower case do not differ.")
            }
            guard value.isActive || !value.isDefault else {
                throw refuse("the default, \(value.value), is a value that can be chosen: it is not inactive.")
            }
            guard !value.isDefault || field.controllerName == nil && value.recordTypes.isEmpty else {
                throw refuse("\(value.value) cannot be chosen for every record, so it is no default.")
            }
        }
        try checkController(of: field, in: object, refuse)
        if !field.picklist.allSatisfy({ $0.recordTypes.isEmpty }), object.field("RecordTypeId") == nil {
            throw refuse("\(object.name) has no record types that values could belong to.")
        }
    }

    private static func checkController(
        of field: Field, in object: ObjectSchema, _ refuse: (String) -> PlatformError
    ) throws {
        guard let name = field.controllerName else {
            guard field.picklist.allSatisfy({ $0.validFor.isEmpty }) else {
                throw refuse("its values are for those of a controlling field, which is not named: by=…")
            }
            return
        }
        guard field.type == .picklist || field.type == .multipicklist else {
            throw refuse("only a picklist depends on a controlling field.")
        }
        guard let controller = object.field(name), controller.type == .picklist || controller.type == .boolean else {
            throw refuse("its controlling field \(name) is no picklist or checkbox of \(object.name).")
        }
        var next: Field? = controller
        while let current = next {
            guard current.name.lowercased() != field.name.lowercased() else {
                throw refuse("it would control itself, by way of \(controller.name).")
            }
            next = current.controllerName.flatMap { object.field($0) }
        }
        let known = controller.type == .boolean ? ["true", "false"] : Set(controller.picklist.map(\.value))
        for value in field.picklist {
            for other in value.validFor where !known.contains(other) {
                throw refuse("\(value.value) is for \(other), which is no value of \(controller.name).")
            }
        }
    }
}

extension Field {
    /// A standard field with what an organisation may change of it.
    func customised(by other: Field) -> Field {
        var field = self
        (field.label, field.labelJa) = (other.label, other.labelJa)
        (field.picklist, field.defaultValue) = (other.picklist, other.defaultValue)
        (field.isRestrictedPicklist, field.controllerName) = (other.isRestrictedPicklist, other.controllerName)
        (field.isHistoryTracked, field.classification) = (other.isHistoryTracked, other.classification)
        return field
    }
}
