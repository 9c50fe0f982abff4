import Formats
import Privacy
import Records

/// A request as our own interface shows it.
enum RequestWriter {
    static func write(_ request: DataSubjectRequest, steps: [RequestStep]? = nil, into json: inout JSONWriter) {
        json.object { json in
            json.member("id", request.id.description)
            json.member("name", request.name)
            json.member("kind", request.kind.rawValue)
            json.member("status", request.status.rawValue)
            json.member("person", request.person.description)
            json.member("regulation", request.regulation)
            json.key("received")
            json.value(.datetime(request.received))
            json.key("due")
            json.value(.date(request.due))
            json.member("channel", request.channel)
            json.key("reason")
            json.value(request.reason.map { .text($0) } ?? .null)
            json.key("refusalGround")
            json.value(request.refusalGround.map { .text($0) } ?? .null)
            json.key("approvedBy")
            json.value(request.approver.map { .id($0) } ?? .null)
            json.key("approved")
            json.value(request.approved.map { .datetime($0) } ?? .null)
            json.key("completed")
            json.value(request.completed.map { .datetime($0) } ?? .null)
            json.member("language", request.language)
            json.key("acts")
            json.array { json in for act in request.status.acts(for: request.kind) { json.string(act.rawValue) } }
            if let steps {
                json.key("steps")
                json.array { json in for step in steps { write(step, into: &json) } }
            }
        }
    }

    private static func write(_ step: RequestStep, into json: inout JSONWriter) {
        json.object { json in
            json.member("name", step.name)
            json.member("status", step.status.rawValue)
            json.key("started")
            json.value(.datetime(step.started))
            json.key("ended")
            json.value(step.ended.map { .datetime($0) } ?? .null)
            json.key("detail")
            json.value(step.detail.map { .text($0) } ?? .null)
        }
    }
}
