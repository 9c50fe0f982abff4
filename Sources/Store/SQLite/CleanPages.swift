import CSQLite
import Glibc
import Synchronization

/// SQLite's own file access, but that a page goes into the database file without leavings in its unused middle.
///
/// `secure_delete` overwrites a cell where it lies when it is deleted. But when SQLite spreads the cells of full pages
/// over their neighbours, a copy stays in the gap between a page's cell pointers and its content, and nobody deletes
/// that: of 1,000 indexed texts deleted after random inserts, one to three were still found in the file by `grep`.
/// Here the gap is cleared whenever a checkpoint moves a page from the log into the file. (The log's own pages cannot
/// be cleared, as their checksum is taken before they come here; ``SQLiteConnection/scrub()`` empties the log.)
enum CleanPages {
    /// For sqlite3_open_v2. Registered with SQLite at its first use, for ever.
    static let name: String = {
        guard let unix = original else { return "unix" }
        var ours = unix.pointee
        ours.pNext = nil
        ours.zName = UnsafePointer(strdup("azukari"))
        ours.xOpen = { _, path, file, flags, outFlags in
            guard let original, let open = original.pointee.xOpen else { return SQLITE_CANTOPEN }
            let code = open(original, path, file, flags, outFlags)
            if code == SQLITE_OK, flags & SQLITE_OPEN_MAIN_DB != 0, let methods = file?.pointee.pMethods {
                file?.pointee.pMethods = clearing(methods)
            }
            return code
        }
        let registered = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        registered.initialize(to: ours)
        sqlite3_vfs_register(registered, 0)
        return "azukari"
    }()

    /// Clears what lies between the cell pointers and the cells of a B-tree page; leaves other pages as they are.
    ///
    /// The layout is fixed by <https://www.sqlite.org/fileformat2.html#b_tree_pages>.
    static func clearGap(_ page: UnsafeMutableRawBufferPointer, isFirst: Bool) {
        let header = isFirst ? 100 : 0
        guard page.count >= 512 else { return }
        let headerBytes: Int
        switch page[header] {
        case 2, 5: headerBytes = 12
        case 10, 13: headerBytes = 8
        default: return
        }
        func number(_ offset: Int) -> Int { Int(page[header + offset]) << 8 | Int(page[header + offset + 1]) }
        let gap = header + headerBytes + 2 * number(3)
        let content = number(5) == 0 ? 65_536 : number(5)
        guard gap < content, content <= page.count, let start = page.baseAddress else { return }
        memset(start + gap, 0, content - gap)
    }

    private static var original: UnsafeMutablePointer<sqlite3_vfs>? { sqlite3_vfs_find("unix") }

    /// SQLite's method table of a locking style, but for our way to write; behind it, in the same memory, the original.
    private struct Table: @unchecked Sendable {
        // Never changed after it was made, and never freed.
        let methods: UnsafePointer<sqlite3_io_methods>

        init(_ original: UnsafePointer<sqlite3_io_methods>) {
            let made = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 2)
            made.initialize(to: original.pointee)
            (made + 1).initialize(to: original.pointee)
            made.pointee.xWrite = { file, bytes, count, offset in write(file, bytes, count, offset) }
            methods = UnsafePointer(made)
        }
    }

    /// One table a locking style; the key is SQLite's own constant table.
    private static let tables = Mutex<[UInt: Table]>([:])

    private static func clearing(_ methods: UnsafePointer<sqlite3_io_methods>) -> UnsafePointer<sqlite3_io_methods> {
        tables.withLock { tables in
            let key = UInt(bitPattern: methods)
            let table = tables[key] ?? Table(methods)
            tables[key] = table
            return table
        }.methods
    }

    private static func write(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: sqlite3_int64
    ) -> Int32 {
        guard let file, let bytes, let methods = file.pointee.pMethods else { return SQLITE_MISUSE }
        let original = methods[1]
        guard let write = original.xWrite else { return SQLITE_MISUSE }
        var size: sqlite3_int64 = 0
        _ = original.xFileSize?(file, &size)
        // An overflow page begins with a page number, which looks like a B-tree page's mark only above 2^25 pages.
        guard count >= 512, offset % Int64(count) == 0, size / Int64(count) < 1 << 25 else {
            return write(file, bytes, count, offset)
        }
        return withUnsafeTemporaryAllocation(byteCount: Int(count), alignment: 8) { page in
            page.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            clearGap(page, isFirst: offset == 0)
            return write(file, page.baseAddress, count, offset)
        }
    }
}
