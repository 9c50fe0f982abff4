import Records

/// The step that keeps a converted lead as it was at its conversion.
enum ConvertedStep {
    static func check(_ set: inout WriteSet, _ transaction: WriteTransaction) {
        guard set.operation == .update, set.object.name == "Lead", !transaction.isSystem,
            let place = set.object.index(of: "IsConverted")
        else { return }
        for row in set.goodRows where set.rows[row].old?[place].boolean == true {
            set.rows[row].refusals.append(
                PlatformError(.cannotUpdateConvertedLead, "cannot reference converted lead", fields: ["Id"])
            )
        }
    }
}
