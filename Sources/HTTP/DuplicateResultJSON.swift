public import Records

/// `duplicateResult` of an error `DUPLICATES_DETECTED`, as the platform's clients read it.
public enum DuplicateResultJSON {
    /// - Parameter base: `/services/data/v59.0`.
    public static func append(_ result: DuplicateResult, base: String, to out: inout [UInt8]) {
        out += #"{"allowSave":\#(result.allowsSave),"duplicateRule":"#.utf8
        JSONText.append(result.rule, to: &out)
        out += #","duplicateRuleEntityType":"#.utf8
        JSONText.append(result.object, to: &out)
        out += #","errorMessage":"#.utf8
        JSONText.append(result.message, to: &out)
        out += #","matchResults":["#.utf8
        for (place, match) in result.matches.enumerated() {
            if place > 0 { out.append(UInt8(ascii: ",")) }
            out += #"{"entityType":"#.utf8
            JSONText.append(match.object, to: &out)
            out += #","errors":[],"matchEngine":"ExactMatchEngine","matchRecords":["#.utf8
            for (place, record) in match.records.enumerated() {
                if place > 0 { out.append(UInt8(ascii: ",")) }
                out +=
                    #"{"additionalInformation":[],"fieldDiffs":[],"matchConfidence":100.0,"record":{"attributes":{"#
                    .utf8
                out += #""type":"\#(match.object)","url":"\#(base)/sobjects/\#(match.object)/\#(record)"},"#.utf8
                out += #""Id":"\#(record)"}}"#.utf8
            }
            out += #"],"rule":"#.utf8
            JSONText.append(result.rule, to: &out)
            out += #","size":\#(match.records.count),"success":true}"#.utf8
        }
        out += "]}".utf8
    }
}
