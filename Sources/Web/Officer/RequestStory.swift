import Privacy
import Records

/// The steps of a request in the order of the law, those that were done with what came of them.
struct RequestStory: Sendable {
    let request: DataSubjectRequest
    let steps: [RequestStep]
    let visit: Visit

    private struct Chapter {
        let key: String
        let isDone: Bool
        let step: RequestStep?
    }

    var told: [RequestPage.StoryStep] {
        let chapters = chapters
        let next = chapters.firstIndex { !$0.isDone }
        return chapters.enumerated().map { place, chapter in
            let isNext = place == next
            let words = visit.words
            return RequestPage.StoryStep(
                tone: chapter.isDone ? "may" : isNext ? "open" : "quiet",
                icon: chapter.isDone ? "done" : "open",
                isAhead: !chapter.isDone && !isNext,
                step: words("request.step_\(chapter.key)"),
                stateWord: words(chapter.isDone ? "request.is_done" : isNext ? "request.is_now" : "request.ahead"),
                time: chapter.step.map { visit.dates.view($0.ended ?? $0.started) },
                told: chapter.step.flatMap(told)
            )
        }
    }

    /// What is told of a step: what people wrote, and what the product notes in the reader's language.
    private func told(_ step: RequestStep) -> String? {
        let words = visit.words
        return switch step.name {
        case "Asked", "Refused": step.detail.map { LawReference.text($0, words.language) }
        // The decision of an erasure is kept in the form of its policy: the preview shows it to people.
        case "Decided": nil
        case "Verified", "Corrected", "Announced": step.detail
        default: words.known("deed.\(step.status == .done ? step.name : "unfinished")")
        }
    }

    private var chapters: [Chapter] {
        if request.status == .refused { return [chapter("asked", "Asked"), chapter("refused", "Refused")] }
        let isDone = request.status.isAnswered
        var chapters = [
            chapter("asked", "Asked"), chapter("verified", "Verified"), chapter("decided", "Decided"),
            Chapter(key: "done", isDone: isDone, step: last { !Self.own.contains($0.name) }),
        ]
        chapters +=
            request.kind == .restriction
            ? [chapter("announced", "Announced"), chapter("lifted", "Lifted")] : [chapter("told", "Told")]
        return chapters
    }

    /// Steps with a chapter of their own; the others belong to the deed.
    private static let own: Set<String> = [
        "Asked", "Verified", "Decided", "Refused", "Told", "Announced", "Lifted", "Extended",
    ]

    private func chapter(_ key: String, _ name: String) -> Chapter {
        let step = last { $0.name == name }
        return Chapter(key: key, isDone: step != nil, step: step)
    }

    private func last(where isWanted: (RequestStep) -> Bool) -> RequestStep? { steps.last(where: isWanted) }
}
