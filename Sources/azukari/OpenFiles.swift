import Foundation

/// How many files, connections among them, this process may have open.
enum OpenFiles {
    /// Raises the limit as far as a process without rights may.
    /// - Returns: The limit that holds now.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(files, &limit) == 0 else { return 1_024 }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(files, &limit)
        guard getrlimit(files, &limit) == 0 else { return 1_024 }
        return Int(clamping: limit.rlim_cur)
    }
}
