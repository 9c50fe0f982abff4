import Records

/// Finds, for objects that were added at run time, the lookups that lead to the person whose record it is.
enum SubjectPaths {
    /// Lookups to people first, then those to records that are somebody's; objects reached only through other added
    /// objects are found in later rounds.
    static func fill(_ objects: [ObjectSchema]) -> [ObjectSchema] {
        var objects = objects
        var isSomebodys = Set(objects.filter { !$0.subjectPath.isEmpty }.map(\.name))
        let people = Set(objects.filter(\.isPerson).map(\.name))
        var isChanged = true
        while isChanged {
            isChanged = false
            for place in objects.indices where objects[place].isCustom && objects[place].subjectPath.isEmpty {
                let lookups = objects[place].fields.filter { $0.type == .reference && $0.isCustom }
                let direct = lookups.filter { !people.isDisjoint(with: $0.referenceTo) }
                let distant = lookups.filter {
                    people.isDisjoint(with: $0.referenceTo) && !isSomebodys.isDisjoint(with: $0.referenceTo)
                }
                guard !(direct + distant).isEmpty else { continue }
                objects[place] = objects[place].with(
                    fields: objects[place].fields, subjectPath: (direct + distant).map(\.name)
                )
                isSomebodys.insert(objects[place].name)
                isChanged = true
            }
        }
        return objects
    }
}
