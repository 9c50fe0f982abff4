/// Moments at which the work on a person may be cut off. Tests throw there and open the folder again, as after `kill
/// -9`.
enum KillPoint {
    /// Called with the name of each point; nil outside tests.
    @TaskLocal static var hook: (@Sendable (String) throws -> Void)?

    /// What a test throws. Nothing cleans up after it, since nothing would after a kill.
    struct Killed: Error {
        let point: String
    }
}
