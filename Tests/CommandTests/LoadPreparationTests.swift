import Formats
import Foundation
import Loading
import Records
import Testing

@testable import azukari

struct MappingTests {
    @Test func `lines and single rules are read, and the later win`() throws {
        let mapping = try Mapping(builtIn: "complaints", given: ["State=Region__c type=picklist", "Remarks ="])
        #expect(mapping.object == "Case")
        #expect(mapping.rule(for: "company")?.target == "Account.Name")
        #expect(mapping.rule(for: "Company")?.makesParents == true)
        #expect(mapping.rule(for: "Date received")?.dateOrder == .monthDayYear)
        #expect(mapping.rule(for: "Timely response?")?.yes == "Yes")
        #expect(mapping.rule(for: "State")?.target == "Region__c")
        #expect(mapping.rule(for: "Remarks")?.target == "")
        #expect(mapping.rule(for: "Other") == nil)
    }

    @Test func `a mapping of the platform's loader is read as it writes one`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sdl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = #"""
            #Mapping values
            #Mon Nov 23 09:00:00 JST 2026
            First\ Name=FirstName
            \u59d3=LastName
            Company\:Key=Account\:Ext__c
            Owner = Owner\:User.Username
            Remarks=

            """#
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let mapping = try Mapping(builtIn: nil, given: [path])
        let targets = ["First Name", "姓", "Company:Key", "Owner", "Remarks"].map { mapping.rule(for: $0)?.target }
        #expect(targets == ["FirstName", "LastName", "Account.Ext__c", "Owner:User.Username", ""])
        #expect(mapping.rule(for: "#Mapping values") == nil)
    }

    @Test(arguments: ["X=Y nonsense", "X=Y type=nothing", "X=Y date=Q", "no such file"])
    func `what is not understood is refused`(text: String) {
        #expect(throws: LoadError.self) { try Mapping(builtIn: nil, given: [text]) }
    }

    @Test func `an unknown built-in mapping names those there are`() {
        let error = #expect(throws: LoadError.self) { try Mapping(builtIn: "nothing", given: []) }
        #expect(error?.description.contains("complaints") == true)
    }

    @Test(arguments: [
        (DateOrder.monthDayYear, "7/29/2013"), (.dayMonthYear, "29/7/2013"), (.yearMonthDay, "2013/07/29"),
        (.germanDayMonthYear, "29.07.2013"),
    ])
    func `dates are read in their order`(order: DateOrder, text: String) {
        #expect(order.day(text) == Day(year: 2013, month: 7, day: 29))
        #expect(order.day("2/30/2013") == nil)
        #expect(order.day("x") == nil)
    }
}

struct ValueSurveyTests {
    @Test(arguments: [
        (["2024-04-12", "", "2024-12-20"], FieldType.date), (["2024-04-12T09:00:00.000Z"], .datetime),
        (["09:00:00.000Z"], .time), (["1", "-2.50"], .double), (["00123", "4"], .string),
        (["true", "False"], .boolean),
        (["https://example.com/a"], .url), (["a@example.com"], .email), (["one\ntwo"], .textarea),
        (["A", "B", "A", "B", "A", "A"], .picklist), (["A;B", "B", "A", "A;B", "B;A", "A"], .multipicklist),
        (["some", "different", "texts"], .string), ([], .string), (["nan"], .string), (["0x1F"], .string),
    ])
    func `the type follows from the values`(values: [String], type: FieldType) {
        var survey = ValueSurvey()
        for value in values { survey.note(.text(value)) }
        #expect(survey.field(named: "X__c", type: nil).type == type)
    }

    @Test func `numbers keep their digits, picklists their values, external ids their uniqueness`() {
        var numbers = ValueSurvey()
        numbers.note("1250.125")
        #expect(numbers.field(named: "Rate__c", type: nil).scale == 3)
        var words = ValueSurvey()
        for value in ["b", "a", "b", "a", "a", "b"] { words.note(.text(value)) }
        #expect(words.field(named: "Kind__c", type: nil).picklist.map(\.value) == ["a", "b"])
        var keys = ValueSurvey()
        keys.note("10008756")
        let key = keys.field(named: "Ext__c", type: nil)
        #expect(key.type == .string && key.length == 80 && key.isUnique && key.isExternalID && !key.isCaseSensitive)
        #expect(keys.field(named: "External_Id__c", type: nil).type == .string)
        #expect(keys.field(named: "Daily_Booking_Rate__c", type: nil).label == "Daily Booking Rate")
    }
}

struct CSVSourceTests {
    private func withFile<T>(_ bytes: [UInt8], _ body: (String) throws -> T) throws -> T {
        let path = FileManager.default.temporaryDirectory.appending(path: "azukari-\(UUID().uuidString).csv").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    @Test func `a CP932 file is read as text, and a broken row alone is refused`() throws {
        let bytes: [UInt8] = Array("LastName\r\n".utf8) + [0xFB, 0xFC, 0x8B, 0xB4, 0x0D, 0x0A]
        try withFile(bytes) { path in
            let source = try CSVSource(path: path, delimiter: nil, encoding: nil)
            #expect(source.columns == ["LastName"])
            let block = try #require(try source.next())
            #expect((0..<block.cells.rowCount).map(block.cells.values) == [["髙橋"]])
            #expect(try source.next() == nil)
        }
        try withFile(bytes + [0xFF, 0x0A, 0x41, 0x0A]) { path in
            let block = try #require(try CSVSource(path: path, delimiter: nil, encoding: .cp932).next())
            #expect(block.numbers == [1, 3])
            #expect(block.faulty.map(\.number) == [2])
            #expect(block.faulty.map { $0.fault?.message } == ["not CP932"])
        }
    }

    @Test(arguments: ["", "\n\n", "A,A\n1,2\n", "A,\"B\n"])
    func `what is no CSV is refused as a whole`(text: String) throws {
        try withFile(Array(text.utf8)) { path in
            #expect(throws: LoadError.self) { try CSVSource(path: path, delimiter: nil, encoding: nil) }
        }
    }

    @Test func `a file that is not there is named`() {
        #expect(throws: LoadError.self) { try CSVSource(path: "/nowhere/x.csv", delimiter: nil, encoding: nil) }
    }
}

struct ResultsFileTests {
    @Test func `refused rows keep their cells, and a second round keeps no old reasons`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "azukari-\(UUID().uuidString).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = ResultsFile(path: path, columns: ["az__Row", "LastName"])
        #expect(!FileManager.default.fileExists(atPath: path))
        try file.add(
            SourceRow(number: 3, line: 7, cells: ["9", "=x, \"y\""], fault: nil),
            RowFault(code: "STRING_TOO_LONG", message: "too long", column: "LastName"))
        try file.finish()
        #expect(
            try String(contentsOfFile: path, encoding: .utf8)
                == "az__Row,az__Line,az__Column,az__Code,az__Message,LastName\n"
                + "3,7,LastName,STRING_TOO_LONG,too long,\"=x, \"\"y\"\"\"\n")
    }
}
