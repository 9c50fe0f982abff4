import AzukariTesting
import Foundation
import Records
import Store

@testable import Engine

/// A small organisation with rows put straight into its tables, so that reading is tested by itself.
final class QueryFixture: Sendable {
    let engine: Engine
    private let folder: URL
    private let database: TestDatabase

    /// Tuesday 2026-11-24 12:00 in Tokyo.
    static let now = Instant("2026-11-24T03:00:00.000Z") ?? Instant(milliseconds: 0)

    init(timeZone: String = "Asia/Tokyo") async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "azukari-\(UUID().uuidString)")
        database = try TestDatabase()
        engine = try await Engine.create(
            folder: folder.path,
            organisation: NewOrganisation(
                name: "Test", defaultLanguage: "ja", timeZone: timeZone, database: database.settings),
            environment: Environment(now: { Self.now }, randomBytes: Environment.system.randomBytes)
        )
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
        database.drop()
    }

    var session: Session { engine.systemSession(as: .operator, reason: "test") }

    /// A user with a profile of the organisation's first rows.
    func user(_ number: Int64, profile: RecordID) async throws -> Session {
        try await insert(
            "User", number, ["LastName": .text("User\(number)"), "ProfileId": .id(profile), "IsActive": true]
        )
        return try await engine.session(for: Self.id("005", number), application: "test", purpose: "customerService")
    }

    static func id(_ prefix: String, _ number: Int64) -> RecordID {
        guard let prefix = KeyPrefix(prefix) else { preconditionFailure("three letters or digits") }
        return RecordID(prefix: prefix, sequence: number)
    }

    func insert(_ object: String, _ number: Int64, _ values: [String: Value]) async throws {
        try await engine.store.write { connection in
            guard let object = try self.engine.schema.current(on: connection).object(object) else { return }
            let stamp = Self.now.adding(seconds: number - 1000)
            var row = values
            row["Id"] = .id(RecordID(prefix: object.keyPrefix, sequence: number))
            for name in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] where object.field(name) != nil {
                row[name] = values[name] ?? .datetime(stamp)
            }
            let names = row.keys.sorted()
            try connection.execute(
                """
                INSERT INTO \(identifier: Identifier(object.name)) \
                (\(.joined(names.map { "\(identifier: Identifier($0))" }, separator: ", "))) \
                VALUES (\(.joined(names.map { "\(row[$0] ?? .null)" }, separator: ", ")))
                """
            )
        }
    }

    /// Three accounts, six contacts (one in the bin), cases, comments and tasks.
    func fill() async throws {
        let accounts = ["Acme", "Böttcher AG", "佐藤商店"]
        for (place, name) in accounts.enumerated() {
            try await insert(
                "Account", Int64(place + 1),
                [
                    "Name": .text(name), "Industry": .text(place == 2 ? "Retail" : "Banking"),
                    "AnnualRevenue": place == 0 ? .double(1_250_000) : .null,
                    "NumberOfEmployees": .integer(Int64(10 * (place + 1))), "OwnerId": .id(SystemUser.operator.id),
                    "ParentId": place == 1 ? .id(Self.id("001", 1)) : .null,
                ]
            )
        }
        let contacts: [(String, String?, Int64?, String?, String?)] = [
            ("Sato", "Hanako", 1, "hanako@example.com", "Tokyo"), ("sato", "Ichiro", 1, "ICHIRO@example.com", nil),
            ("鈴木", "一郎", 3, "suzuki@example.jp", "Osaka"), ("Müller", "Eva", 2, nil, "Bonn"),
            ("O'Neil", nil, nil, "100%@example.com", nil), ("Gone", "Bin", 1, "gone@example.com", nil),
        ]
        for (place, (last, first, account, email, city)) in contacts.enumerated() {
            let name = [first, last].compactMap { $0 }.joined(separator: " ")
            try await insert(
                "Contact", Int64(place + 1),
                [
                    "LastName": .text(last), "FirstName": first.map { .text($0) } ?? .null, "Name": .text(name),
                    "AccountId": account.map { .id(Self.id("001", $0)) } ?? .null,
                    "Email": email.map { .text($0) } ?? .null, "MailingCity": city.map { .text($0) } ?? .null,
                    "IsDeleted": .boolean(last == "Gone"), "HasOptedOutOfEmail": .boolean(place == 1),
                    "Birthdate": place == 0 ? .date(Day(year: 1980, month: 2, day: 29)) : .null,
                    "OwnerId": .id(SystemUser.operator.id),
                ]
            )
        }
        let cases: [(String, String, String?, Int64?)] = [
            ("Broken lamp", "New", "Web", 1), ("Refund", "Working", "Phone", 1), ("Refund", "Closed", "Web", 3),
            ("Question", "New", nil, nil),
        ]
        for (place, (subject, status, origin, contact)) in cases.enumerated() {
            try await insert(
                "Case", Int64(place + 1),
                [
                    "CaseNumber": .text("0000000\(place + 1)"), "Subject": .text(subject), "Status": .text(status),
                    "Origin": origin.map { .text($0) } ?? .null, "OwnerId": .id(SystemUser.operator.id),
                    "ContactId": contact.map { .id(Self.id("003", $0)) } ?? .null,
                    "CreatedDate": .datetime(Self.now.adding(seconds: Int64(-86_400 * 30 * place))),
                ]
            )
        }
        for (place, parent) in [1, 1, 2].enumerated() {
            try await insert(
                "CaseComment", Int64(place + 1),
                ["ParentId": .id(Self.id("500", Int64(parent))), "CommentBody": .text("Comment \(place + 1)")]
            )
        }
        let subjects: [(RecordID?, RecordID?)] = [
            (Self.id("003", 1), Self.id("500", 1)), (Self.id("003", 3), Self.id("001", 3)), (nil, nil),
        ]
        for (place, (who, what)) in subjects.enumerated() {
            try await insert(
                "Task", Int64(place + 1),
                [
                    "Subject": .text("Call \(place + 1)"), "WhoId": who.map { .id($0) } ?? .null,
                    "WhatId": what.map { .id($0) } ?? .null, "Status": "Not Started", "Priority": "Normal",
                    "ActivityDate": .date(Day(year: 2026, month: 11, day: 23 + place)),
                    "OwnerId": .id(SystemUser.operator.id),
                ]
            )
        }
    }
}

extension Record {
    /// The record as a line, for comparing: `LastName=Sato Account=(Name=Acme)`.
    var line: String {
        fields.map { name, value in
            switch value {
            case .value(let value, _): "\(name)=\(value.shown)"
            case .parent(nil): "\(name)=()"
            case .parent(let record?): "\(name)=(\(record.line))"
            case .children(let records, let total):
                "\(name)=\(total)[\(records.map(\.line).joined(separator: "; "))]"
            case .compound(let parts):
                "\(name)={\(parts.filter { !$0.value.isNull }.map { "\($0.name)=\($0.value.shown)" }.joined(separator: " "))}"
            }
        }.joined(separator: " ")
    }
}

extension Value {
    /// The value itself, which `description` withholds.
    var shown: String {
        switch self {
        case .null: "-"
        case .boolean(let truth): "\(truth)"
        case .integer(let number): "\(number)"
        case .double(let number): "\(number)"
        case .text(let text): text
        case .date(let day): "\(day)"
        case .datetime(let instant): "\(instant)"
        case .time(let time): "\(time)"
        case .id(let id): "\(id.prefix)#\(id.sequence)"
        case .bytes(let bytes): "\(bytes.count)B"
        }
    }
}
