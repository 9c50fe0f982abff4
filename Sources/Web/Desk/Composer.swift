import Engine
import HTTP
import Hummingbird
import Records

/// Where an agent writes: it knows whether it may before a word is typed, and says why not.
enum Composer {
    /// What the part shows: tabs, and either a form or a refusal.
    struct View: Sendable {
        let tabs: [Tab]
        let refusal: Notice?
        let form: Form?
    }

    struct Tab: Sendable {
        let href: String
        let label: String
        let icon: String
        let state: StateWord?
        let isCurrent: Bool
    }

    struct Form: Sendable {
        let action: String
        let token: String
        let channel: String
        let to: String?
        let hasSubject: Bool
        let subject: String
        let hasCases: Bool
        let cases: [Choice]
        let textLabel: String
        let text: String
        let note: String
        let send: String
    }

    /// What was typed and could not be recorded.
    struct Draft: Sendable {
        let channel: String
        let subject: String
        let text: String
        let about: String
        let refusal: [String]
    }

    private static let channels = ["note", "mail", "call"]

    static func view(
        of person: Person, channels: [Channel], cases: [Record], draft: Draft?, visit: Visit
    ) -> View {
        let asked = draft?.channel ?? String(visit.request.uri.queryParameters["compose"] ?? "")
        let chosen = Self.channels.contains(asked) ? asked : "note"
        let words = visit.words
        let base = "/people/\(person.id)"
        let email = channels.first { $0.kind == .email }
        let phone = channels.first { $0.kind == .phone }
        func tab(_ name: String, _ label: String, _ icon: String, _ channel: Channel?) -> Tab {
            Tab(
                href: "\(base)?compose=\(name)#composer", label: label, icon: icon, state: channel?.state(words),
                isCurrent: name == chosen
            )
        }
        let channel = chosen == "mail" ? email : chosen == "call" ? phone : nil
        let refusal =
            refusal(channel, base: base, visit) ?? draft.map { .refused(words("composer.not_done"), text: $0.refusal) }
        let isOpen = channel.map { $0.decision.isAllowed && $0.address != nil } ?? true
        return View(
            tabs: [
                tab("note", words("composer.note"), "comment", nil), tab("mail", words("composer.mail"), "mail", email),
                tab("call", words("composer.call"), "phone", phone),
            ],
            refusal: refusal,
            form: isOpen ? form(chosen, to: channel?.address, cases: cases, draft: draft, base: base, visit) : nil
        )
    }

    /// Why nothing may be written here; nil where it may.
    private static func refusal(_ channel: Channel?, base: String, _ visit: Visit) -> Notice? {
        guard let channel else { return nil }
        let words = visit.words
        let isMail = channel.kind == .email
        if !channel.decision.isAllowed {
            return .refused(
                words(isMail ? "composer.refused_email" : "composer.refused_phone"),
                text: channel.reasons(visit) + (visit.mayRecordConsent ? [words("composer.refused_hint")] : []),
                items: visit.mayRecordConsent
                    ? [Notice.Item(href: base + "/consent", text: words("composer.consent_link"))] : []
            )
        }
        guard channel.address == nil else { return nil }
        return .refused(words(isMail ? "composer.no_address_email" : "composer.no_address_phone"), text: [])
    }

    private static func form(
        _ channel: String, to address: String?, cases: [Record], draft: Draft?, base: String, _ visit: Visit
    ) -> Form {
        let words = visit.words
        let about = draft?.about ?? ""
        let choices = cases.compactMap { record -> Choice? in
            guard let id = record.id else { return nil }
            let label = "\(record.text("CaseNumber") ?? "") \(record.text("Subject") ?? words("cases.no_subject"))"
            return Choice(id.description, label, isChosen: about == id.description)
        }
        let texts: (label: String, note: String, send: String) =
            switch channel {
            case "mail": (words("composer.text"), words("composer.mail_note"), words("composer.send"))
            case "call": (words("composer.call_text"), words("composer.call_note"), words("composer.send_call"))
            default: (words("composer.note_text"), words("composer.note_note"), words("composer.send_note"))
            }
        return Form(
            action: base + "/messages", token: visit.token.text, channel: channel, to: address,
            hasSubject: channel != "note", subject: draft?.subject ?? "", hasCases: !choices.isEmpty,
            cases: [Choice("", words("composer.about_none"), isChosen: about.isEmpty)] + choices,
            textLabel: texts.label, text: draft?.text ?? "", note: texts.note, send: texts.send
        )
    }

    /// Records what was written. The door decides again whether it may; what was typed is kept when it may not.
    static func send(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        let person = try await Person.at(try visit.id(), visit)
        let about = form["about"].flatMap { RecordID($0) }
        let channel = form["channel"] ?? "note"
        let typed = Draft(
            channel: channel, subject: form["subject"] ?? "", text: form["text"] ?? "", about: form["about"] ?? "",
            refusal: []
        )
        guard try await isOpen(channel, person, visit) else { return try await PersonPage.show(visit, draft: typed) }
        let subject = form["subject"] ?? ""
        let text = form["text"] ?? ""
        let (batch, told): (Batch, Told) =
            switch channel {
            case "mail": (mail(to: person, about: about, subject: subject, text: text, visit), .mail)
            case "call": (call(person, about: about, subject: subject, text: text), .call)
            default: (note(person, about: about, text: text, visit), .note)
            }
        var outcome = try await visit.session.create(batch, onFailure: .rollbackAll).first
        if channel == "mail", about == nil, case .done = outcome {
            let task = written(person, subject: subject, text: text)
            outcome = try await visit.session.create(task, onFailure: .rollbackAll).first
        }
        if case .refused(let errors) = outcome {
            let draft = Draft(
                channel: channel, subject: subject, text: text, about: form["about"] ?? "",
                refusal: errors.map { visit.refusal($0, of: batch.object) }
            )
            return try await PersonPage.show(visit, draft: draft)
        }
        return .seeOther("/people/\(person.id)", told: told)
    }

    /// Whether the door lets us reach the person this way. A finished call is history to the door, so it is asked here.
    private static func isOpen(_ channel: String, _ person: Person, _ visit: Visit) async throws -> Bool {
        let kind: ContactChannel
        switch channel {
        case "mail": kind = .email
        case "call": kind = .phone
        default: return true
        }
        let address = kind == .email ? person.email : person.phone
        return try await visit.session.contactDecision(kind, address: address, person: person.id).isAllowed
    }

    private static func mail(
        to person: Person, about: RecordID?, subject: String, text: String, _ visit: Visit
    ) -> Batch {
        Batch(
            "EmailMessage",
            [
                "ToAddress": .text(person.email ?? ""), "Subject": .text(subject), "TextBody": .text(text),
                "Incoming": false, "Status": "3", "MessageDate": .datetime(visit.dates.now),
                "ParentId": about.map(Value.id) ?? .null,
            ])
    }

    /// A mail belongs to a case or to nobody's record, so one about no case is also noted with the person, as the
    /// platform does.
    private static func written(_ person: Person, subject: String, text: String) -> Batch {
        Batch(
            "Task",
            [
                "Subject": .text(subject), "Description": .text(text), "TaskSubtype": "Email", "Status": "Completed",
                "Priority": "Normal", "WhoId": .id(person.id),
            ])
    }

    private static func call(_ person: Person, about: RecordID?, subject: String, text: String) -> Batch {
        Batch(
            "Task",
            [
                "Subject": .text(subject), "Description": .text(text), "TaskSubtype": "Call", "CallType": "Outbound",
                "Status": "Completed", "Priority": "Normal", "WhoId": .id(person.id),
                "WhatId": about.map(Value.id) ?? .null,
            ])
    }

    /// A comment of the case, or a finished task where it is about no case.
    private static func note(_ person: Person, about: RecordID?, text: String, _ visit: Visit) -> Batch {
        if let about {
            return Batch("CaseComment", ["ParentId": .id(about), "CommentBody": .text(text), "IsPublished": false])
        }
        return Batch(
            "Task",
            [
                "Subject": .text(visit.words("composer.note")), "Description": .text(text), "TaskSubtype": "Task",
                "Status": "Completed", "Priority": "Normal", "WhoId": .id(person.id),
            ])
    }
}
