import Engine
import Records

extension Requests {
    /// Moves a request on and notes it. The new status is written before the note: an act that is called again after a
    /// crash between the two finds itself done, and only the note is made.
    func act(
        _ act: RequestStatus.Act, on id: RecordID, step: String, detail: String?, values: [String: Value] = [:]
    ) async throws -> DataSubjectRequest {
        let request = try await request(id)
        if try await isOnlyUnnoted(act, request, step) {
            try await note(step, for: id, detail: detail)
            return request
        }
        let next = try request.status.after(act, of: request.kind)
        try await session.updateRow(
            "DataSubjectRequest", id, values.merging(["Status": .text(next.rawValue)]) { _, status in status }
        )
        try await note(step, for: id, detail: detail)
        return try await self.request(id)
    }

    /// Whether the act was done and the program ended before it was noted.
    private func isOnlyUnnoted(
        _ act: RequestStatus.Act, _ request: DataSubjectRequest, _ step: String
    ) async throws -> Bool {
        let before = RequestStatus.allCases.filter { (try? $0.after(act, of: request.kind)) == request.status }
        guard !before.isEmpty else { return false }
        return try await !steps(of: request.id).contains { $0.name == step }
    }

    /// Notes something that is done.
    func note(_ step: String, for id: RecordID, detail: String?) async throws {
        let now = environment.now()
        _ = try await session.createRow(
            "DataSubjectRequestStep",
            [
                "RequestId": .id(id), "Position": .integer(Int64(try await steps(of: id).count + 1)),
                "Name": .text(step), "Status": .text(RequestStep.Status.done.rawValue), "StartedDate": .datetime(now),
                "EndedDate": .datetime(now), "Detail": detail.map { .text($0) } ?? .null,
            ]
        )
    }

    /// Does a deed as a step that shows when it began and what became of it. A step that was begun and not finished is
    /// taken up again; one that is done is not done twice.
    /// - Parameter deed: Returns what came of it, without personal data.
    func perform(_ name: String, for id: RecordID, _ deed: () async throws -> String) async throws {
        let known = try await steps(of: id)
        let begun = known.last { $0.name == name }
        if begun?.status == .done { return }
        let running: [String: Value] = [
            "Status": .text(RequestStep.Status.running.rawValue), "StartedDate": .datetime(environment.now()),
            "EndedDate": .null, "Detail": .null,
        ]
        let step: RecordID
        if let id = begun?.id {
            step = id
            try await session.updateRow("DataSubjectRequestStep", step, running)
        } else {
            step = try await session.createRow(
                "DataSubjectRequestStep",
                running.merging(
                    ["RequestId": .id(id), "Position": .integer(Int64(known.count + 1)), "Name": .text(name)]
                ) { value, _ in value }
            )
        }
        do {
            try await end(step, as: .done, detail: try await deed())
        } catch {
            // The code alone: a message may quote what a record holds, and this row outlives the person.
            try await end(step, as: .failed, detail: (error as? PlatformError)?.code.name ?? "UNKNOWN_EXCEPTION")
            throw error
        }
    }

    private func end(_ step: RecordID, as status: RequestStep.Status, detail: String) async throws {
        try await session.updateRow(
            "DataSubjectRequestStep", step,
            [
                "Status": .text(status.rawValue), "EndedDate": .datetime(environment.now()), "Detail": .text(detail),
            ]
        )
    }
}
