import SOQL

/// Any text as a query, in both dialects: it is refused at a place inside it, or printed and read again as an equal tree.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Input(bytes: UnsafeBufferPointer(start: start, count: count)).text
    for dialect in [Dialect.api, .apex] {
        do throws(SOQLError) {
            let query = try Query(parsing: text, dialect: dialect)
            let printed = query.text
            guard let again = try? Query(parsing: printed, dialect: dialect) else {
                Input.fault("what was printed is not read again: \(printed)")
            }
            guard again == query else { Input.fault("what was printed is read as another tree: \(printed)") }
        } catch {
            Input.check(line: error.position.line, column: error.position.column, in: text)
        }
    }
    return 0
}
