/// A line of the catalogue that cannot be read.
struct CatalogueError: Error, Equatable, CustomStringConvertible {
    let file: String
    /// From 1.
    let line: Int
    let reason: String

    var description: String { "\(file):\(line): \(reason)" }
}
