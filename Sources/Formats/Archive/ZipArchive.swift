import CZip
public import Records

/// A ZIP archive made in memory, by libzip: for packages of one person, which never touch the disk in clear.
public struct ZipArchive {
    /// A file in the archive.
    public struct Entry: Sendable {
        /// The path inside, with `/`; UTF-8.
        public let name: String
        public let bytes: [UInt8]

        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// The archive of these files, compressed. All of it is in memory at once: twice the size of the files at most.
    /// - Parameter modified: The date that every file shows, so that the same files give the same bytes.
    /// - Throws: `UNKNOWN_EXCEPTION` with libzip's reason.
    public static func bytes(of entries: [Entry], modified: Instant) throws -> [UInt8] {
        var failure = zip_error_t()
        zip_error_init(&failure)
        guard let target = zip_source_buffer_create(nil, 0, 0, &failure) else { throw error("begun", &failure) }
        // One reference is the archive's, which closing gives up; the other stays here to read the bytes.
        zip_source_keep(target)
        defer { zip_source_free(target) }
        guard let archive = zip_open_from_source(target, ZIP_TRUNCATE, &failure) else {
            zip_source_free(target)
            throw error("opened", &failure)
        }
        // libzip reads the files' bytes when it closes the archive, so they are kept in place until then.
        let copies = entries.map { entry in
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, entry.bytes.count))
            _ = copy.initialize(from: entry.bytes)
            return copy
        }
        defer { copies.forEach { $0.deallocate() } }
        for (entry, copy) in zip(entries, copies) {
            guard let source = zip_source_buffer(archive, copy.baseAddress, UInt64(entry.bytes.count), 0) else {
                zip_discard(archive)
                throw PlatformError(.unknownException, "The archive takes no file “\(entry.name)”.")
            }
            let index = zip_file_add(archive, entry.name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
            guard index >= 0, zip_file_set_mtime(archive, UInt64(index), time_t(modified.milliseconds / 1000), 0) == 0
            else {
                if index < 0 { zip_source_free(source) }
                zip_discard(archive)
                throw PlatformError(
                    .unknownException, "The archive takes no file “\(entry.name)”: is the name there twice?")
            }
        }
        guard zip_close(archive) == 0 else {
            zip_discard(archive)
            throw PlatformError(.unknownException, "The archive could not be written.")
        }
        return try read(target)
    }

    private static func read(_ source: OpaquePointer) throws -> [UInt8] {
        guard zip_source_open(source) == 0 else {
            throw PlatformError(.unknownException, "The archive could not be read back.")
        }
        defer { zip_source_close(source) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = zip_source_read(source, &chunk, UInt64(chunk.count))
            guard count >= 0 else { throw PlatformError(.unknownException, "The archive could not be read back.") }
            if count == 0 { return bytes }
            bytes += chunk[..<Int(count)]
        }
    }

    private static func error(_ step: String, _ failure: inout zip_error_t) -> PlatformError {
        let reason = zip_error_strerror(&failure).map { String(cString: $0) } ?? "unknown"
        zip_error_fini(&failure)
        return PlatformError(.unknownException, "The archive could not be \(step): \(reason).")
    }
}
