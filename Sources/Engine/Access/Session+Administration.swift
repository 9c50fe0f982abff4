import Records

extension Session {
    /// Refuses everybody but a system administrator.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS`.
    public func checkAdministration(of what: String) async throws {
        let isAdministrator = try await read { try self.access(on: $0).rights.modifiesAll }
        guard isAdministrator else {
            throw PlatformError(
                .insufficientAccess, "\(what) needs an administrator. Ask one, or sign in as one.")
        }
    }
}
