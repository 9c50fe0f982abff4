import Formats
import Foundation
import Records

/// One input of a load: rows of one object.
struct LoadStep {
    enum Content {
        case csv(path: String)
        case tree(TreeFile)
    }

    let object: String
    let content: Content
    /// Whether `@Ref` in a lookup stands for a record that was loaded before.
    var resolvesReferences = false
    var mapping: Mapping

    /// The file's name, for messages.
    var name: String {
        switch content {
        case .csv(let path): URL(fileURLWithPath: path).lastPathComponent
        case .tree(let file): URL(fileURLWithPath: file.path).lastPathComponent
        }
    }

    /// Opens the input at its beginning.
    func open(_ options: CSVOptions) throws -> any RowSource {
        switch content {
        case .csv(let path): try CSVSource(path: path, delimiter: options.delimiter, encoding: options.encoding)
        case .tree(let file): TreeSource(file)
        }
    }
}

/// How CSV files are read; nil detects.
struct CSVOptions {
    var delimiter: CSVDelimiter?
    var encoding: TextEncoding?
}
