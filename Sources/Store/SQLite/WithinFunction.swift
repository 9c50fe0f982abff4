import CSQLite

/// A function of SQL that says whether an id is among many: `az_within(ids, id)`, the ids as sorted 64-bit integers.
enum WithinFunction {
    static func install(on database: OpaquePointer) throws {
        let code = sqlite3_create_function_v2(
            database, "az_within", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nil,
            { context, _, values in
                guard let values, sqlite3_value_type(values[1]) == SQLITE_INTEGER else {
                    return sqlite3_result_int(context, 0)
                }
                let count = Int(sqlite3_value_bytes(values[0])) / MemoryLayout<Int64>.size
                guard let bytes = sqlite3_value_blob(values[0]) else { return sqlite3_result_int(context, 0) }
                let id = sqlite3_value_int64(values[1])
                var (low, high) = (0, count)
                while low < high {
                    let middle = (low + high) / 2
                    let found = bytes.loadUnaligned(fromByteOffset: middle * 8, as: Int64.self)
                    if found == id { return sqlite3_result_int(context, 1) }
                    if found < id { low = middle + 1 } else { high = middle }
                }
                sqlite3_result_int(context, 0)
            }, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteError.last(database, doing: "adding a function") }
    }
}
