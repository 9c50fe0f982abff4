import CSQLite

extension CancelMark {
    private static let stepsBetweenLooks: Int32 = 4000

    /// Has the statements of a connection look, every few thousand steps of SQLite's machine. The mark must outlive the
    /// connection.
    func watch(_ database: OpaquePointer) {
        sqlite3_progress_handler(
            database, Self.stepsBetweenLooks,
            { mark in
                guard let mark else { return 0 }
                return Unmanaged<CancelMark>.fromOpaque(mark).takeUnretainedValue().isSet ? 1 : 0
            },
            Unmanaged.passUnretained(self).toOpaque())
    }
}
