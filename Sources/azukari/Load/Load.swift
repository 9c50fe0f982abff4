import Engine
import Foundation
import Records

/// A whole load: inputs found and ordered, fields added, rows through the door, one after the other.
struct Load {
    var path: String
    var object: String?
    var mapping: Mapping
    var csv: CSVOptions
    var skipsMissing: Bool
    /// Whether missing custom objects and fields are added, once `confirm` agrees.
    var addsFields: Bool
    /// Create or update by this external id; nil creates.
    var upsertField: String?
    /// The results file of a single input; nil names one for each.
    var results: String?
    var showsProgress: Bool

    /// What came of one input.
    struct StepResult {
        let name: String
        let object: String
        let tally: LoadTally
        let seconds: Double
    }

    /// - Parameters:
    ///   - confirm: asked once with the lines of what would be added.
    ///   - tell: messages on the way.
    /// - Throws: ``LoadError`` when nothing could be begun.
    func run(
        in session: Session, confirm: ([String]) -> Bool, tell: (String) -> Void
    ) async throws -> [StepResult] {
        var schema = try await session.schema()
        let inputs = try LoadInputs(
            path: path, object: object, schema: schema, mapping: mapping, csv: csv, skipsMissing: skipsMissing)
        inputs.passedOver.forEach(tell)
        let proposal = try SchemaProposal(
            steps: inputs.steps, schema: schema, csv: csv, skipsMissing: skipsMissing)
        guard proposal.problems.isEmpty else { throw LoadError(proposal.problems.joined(separator: "\n")) }
        var steps = inputs.steps
        for (place, column) in proposal.leftOut {
            tell("\(steps[place].name): \(column) is left out: it leads to records of a file that is not there.")
            steps[place].mapping.leaveOut(column)
        }
        if !proposal.isEmpty {
            guard addsFields else {
                throw LoadError(
                    "The organisation lacks:\n" + proposal.lines.joined(separator: "\n")
                        + "\nAdd them first with --add-fields, or leave columns out with --map 'Header='.")
            }
            guard confirm(proposal.lines) else {
                throw LoadError("Nothing was added and nothing loaded. To agree beforehand: --add-fields --yes.")
            }
            try await proposal.apply(in: session)
            schema = try await session.schema()
        }
        var references: [String: RecordID] = [:]
        var done: [StepResult] = []
        for step in steps {
            let result = try await run(step, schema, references, isOnly: steps.count == 1, in: session)
            references.merge(result.tally.references) { $1 }
            done.append(result)
        }
        return done
    }

    private func run(
        _ step: LoadStep, _ schema: Schema, _ references: [String: RecordID], isOnly: Bool, in session: Session
    ) async throws -> StepResult {
        guard let object = schema.object(step.object) else { throw LoadError("There is no object \(step.object).") }
        let columns = try step.open(csv).columns
        let plan = HeaderPlan(columns: columns, object: object, schema: schema, mapping: step.mapping)
        let conversion = RowConversion(
            plan.columns, parents: try await parents(of: step, plan.columns, in: session),
            resolvesReferences: step.resolvesReferences)
        let source = try step.open(csv)
        let progress = ProgressBar(step.name, total: source.bytesTotal, isAsked: showsProgress, environment: .system)
        let file = results.flatMap { isOnly ? $0 : nil } ?? Self.resultsName(step.name)
        let run = LoadRun(
            source: source, results: ResultsFile(path: file, columns: columns), conversion: conversion,
            references: references, progress: progress)
        let tally =
            if let upsertField {
                try await run.upsert(object, by: upsertField, in: session)
            } else {
                try await run.create(object.name, in: session)
            }
        return StepResult(name: step.name, object: object.name, tally: tally, seconds: progress.secondsPassed)
    }

    /// Reads the input once for the names of parents that the door does not resolve.
    private func parents(
        of step: LoadStep, _ plans: [ColumnPlan], in session: Session
    ) async throws -> [Int: ParentIndex] {
        var names: [Int: Set<String>] = [:]
        for (place, plan) in plans.enumerated() {
            if case .namedParent = plan.target { names[place] = [] }
        }
        if names.isEmpty { return [:] }
        let source = try step.open(csv)
        while let cells = try source.next()?.cells {
            for row in 0..<cells.rowCount {
                for place in names.keys { if let name = cells.value(row, place).text { names[place]?.insert(name) } }
            }
        }
        var found: [Int: ParentIndex] = [:]
        for (place, names) in names {
            guard case .namedParent(_, let parent, let by, let makesNew) = plans[place].target else { continue }
            found[place] = try await ParentIndex(names, parent: parent, by: by, makesNew: makesNew, in: session)
        }
        return found
    }

    /// `Contact.results.csv` in the current folder, never beside the input.
    private static func resultsName(_ name: String) -> String {
        var stem = URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent
        if stem.hasSuffix(".results") { stem += "-again" }
        return Terminal.path(stem + ".results.csv")
    }
}
