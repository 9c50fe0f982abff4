import SOQL
import Testing

@Suite struct CorpusTests {
    @Test(.enabled(if: Corpus.queries != nil, Comment(rawValue: Corpus.absent)))
    func `every valid query parses and prints back to an equal tree`() throws {
        let corpus = try #require(Corpus.queries)
        for line in corpus.lines.filter(\.isValid) {
            do throws(SOQLError) {
                let query = try Query(parsing: line.query, dialect: line.dialect)
                let again = try Query(parsing: query.text, dialect: line.dialect)
                #expect(again == query, "line \(line.number)")
            } catch {
                Issue.record("line \(line.number): \(error.position.report(error.message, in: line.query))")
            }
        }
    }

    @Test(.enabled(if: Corpus.searches != nil, Comment(rawValue: Corpus.absent)))
    func `every valid search parses and prints back to an equal tree`() throws {
        let corpus = try #require(Corpus.searches)
        for line in corpus.lines.filter(\.isValid) {
            do throws(SOQLError) {
                let search = try Search(parsing: line.query, dialect: line.dialect)
                let again = try Search(parsing: search.text, dialect: line.dialect)
                #expect(again == search, "line \(line.number)")
            } catch {
                Issue.record("line \(line.number): \(error.position.report(error.message, in: line.query))")
            }
        }
    }

    @Test(.enabled(if: Corpus.queries != nil, Comment(rawValue: Corpus.absent)))
    func `every invalid query is refused with a place inside it`() throws {
        let corpus = try #require(Corpus.queries)
        for line in corpus.lines where !line.isValid {
            let error = #expect(throws: SOQLError.self, "line \(line.number): \(line.query)") {
                try Query(parsing: line.query, dialect: line.dialect)
            }
            if let error { expectInside(line, error.position) }
        }
    }

    @Test(.enabled(if: Corpus.searches != nil, Comment(rawValue: Corpus.absent)))
    func `every invalid search is refused with a place inside it`() throws {
        let corpus = try #require(Corpus.searches)
        for line in corpus.lines where !line.isValid {
            let error = #expect(throws: SOQLError.self, "line \(line.number): \(line.query)") {
                try Search(parsing: line.query, dialect: line.dialect)
            }
            if let error { expectInside(line, error.position) }
        }
    }

    @Test(.enabled(if: Corpus.queries != nil, Comment(rawValue: Corpus.absent)))
    func `the api refuses a query of Apex that uses what only Apex has`() throws {
        let corpus = try #require(Corpus.queries)
        let text = try Regex(#"'(\\.|[^'\\])*'"#)
        let marks = try Regex(#":\s*[A-Za-z]|ALL\s+ROWS|WITH\s+(SECURITY_ENFORCED|USER_MODE)"#).ignoresCase()
        for line in corpus.lines where line.dialect == .apex && line.isValid {
            let isMarked = line.query.replacing(text, with: "").contains(marks)
            guard isMarked else { continue }
            let error = #expect(throws: SOQLError.self, "line \(line.number)") {
                try Query(parsing: line.query, dialect: .api)
            }
            #expect(error?.code == .dialect, "line \(line.number)")
        }
    }

    @Test(.enabled(if: Corpus.searches != nil, Comment(rawValue: Corpus.absent)))
    func `the api refuses a search whose term is quoted or bound`() throws {
        let corpus = try #require(Corpus.searches)
        for line in corpus.lines where line.dialect == .apex && line.isValid {
            let error = #expect(throws: SOQLError.self, "line \(line.number)") {
                try Search(parsing: line.query, dialect: .api)
            }
            #expect(error?.code == .dialect, "line \(line.number)")
        }
    }

    private func expectInside(_ line: Corpus.Line, _ position: Position) {
        let lines = line.query.split(separator: "\n", omittingEmptySubsequences: false)
        guard (1...lines.count).contains(position.line) else {
            Issue.record("line \(line.number) has no row \(position.line)")
            return
        }
        let width = lines[position.line - 1].unicodeScalars.count
        #expect((1...width + 1).contains(position.column), "line \(line.number)")
    }
}
