import SOQL

/// Any text as a search and as the term of one: refused at a place inside it, or printed and read again as an equal tree.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Input(bytes: UnsafeBufferPointer(start: start, count: count)).text
    for dialect in [Dialect.api, .apex] {
        do throws(SOQLError) {
            let search = try Search(parsing: text, dialect: dialect)
            let printed = search.text
            guard let again = try? Search(parsing: printed, dialect: dialect) else {
                Input.fault("what was printed is not read again: \(printed)")
            }
            guard again == search else { Input.fault("what was printed is read as another tree: \(printed)") }
        } catch {
            Input.check(line: error.position.line, column: error.position.column, in: text)
        }
    }
    _ = try? SearchExpression(parsing: text)
    return 0
}
