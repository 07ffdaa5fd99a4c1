// What all data in files have in common: where they are found, and the digest of what is in them.
import Cryptography
import Kernels
import Registry

/// Data in files, before they are found.
protocol FileDataSource: DataSource {
    associatedtype Content: FileDataset
    /// The parameters that name files; an empty name stands for none.
    static var fileNames: [String] { get }
    var parameters: ParameterValues { get }
    /// The same parameters, which find the same files from any folder.
    func pinned(in files: any DataFiles) throws(ConfigurationFault) -> ParameterValues
    /// - Parameter parameters: with the paths of the files that were found.
    func read(_ parameters: ParameterValues, in files: any DataFiles) throws(ConfigurationFault) -> Content
}

/// Samples in files that were found.
protocol FileDataset: Dataset {
    /// With the paths of the files and, in the end, the digest.
    var parameters: ParameterValues { get set }
    /// The file that a wrong digest is a fault of.
    var path: String { get }
    /// Reads all files whole, and finds whatever is wrong in them.
    ///
    /// - Returns: 64 hexadecimal digits, equal for equal samples. They tell files apart that were not made to deceive;
    ///   SHA-256 of the whole would take ten times as long as reading.
    func contentDigest() throws(ConfigurationFault) -> String
}

extension FileDataset {
    var digest: String { parameters.text("digest") }
    var pinned: ParameterValues? { parameters }
}

/// The parameters of all data in files.
enum FileParameters {
    static let folder = Parameter.text(
        "folder", default: ".", "where the files are: beside the experiment's file, or as it stands")
    static let digest = Parameter.text(
        "digest", default: "", "of what is in the files: others are refused; filled in by a run")

    /// - Returns: the same parameters, whose digest is one.
    static func checked(_ parameters: ParameterValues) throws(ConfigurationFault) -> ParameterValues {
        let digest = parameters.text("digest")
        guard digest.isEmpty || digest.count == 64 && digest.allSatisfy("0123456789abcdef".contains) else {
            throw ConfigurationFault(
                .notAllowed(key: "digest", given: digest, allowed: "64 digits from 0 to 9 and a to f"))
        }
        return parameters
    }

    /// Where a file is, wherever the program stands.
    ///
    /// - Parameter key: the parameter that names it; `nil` where it has one name.
    static func path(
        of file: String, named key: String?, _ parameters: ParameterValues, in files: any DataFiles
    ) throws(ConfigurationFault) -> String {
        let folder = parameters.text("folder")
        let path = file.hasPrefix("/") || folder == "." || folder.isEmpty ? file : "\(folder)/\(file)"
        guard let found = files.find(path) ?? files.find("\(path).gz") else {
            let keys = ["task.dataset.folder"] + (key.map { ["task.dataset.\($0)"] } ?? [])
            throw ConfigurationFault(
                "there is no such file, nor \(file).gz; \(keys.joined(separator: " and ")) "
                    + "\(keys.count == 1 ? "says" : "say") where it is", at: path)
        }
        return found
    }
}

extension FileDataSource {
    func pinned(in files: any DataFiles) throws(ConfigurationFault) -> ParameterValues {
        var pinned = parameters
        for name in Self.fileNames where !parameters.text(name).isEmpty {
            let path = try FileParameters.path(of: parameters.text(name), named: name, parameters, in: files)
            pinned = pinned.with(name, .text(path))
        }
        return pinned
    }

    public func open(_ files: any DataFiles, trusting: Bool) throws(ConfigurationFault) -> any Dataset {
        var content = try read(try pinned(in: files), in: files)
        let given = parameters.text("digest")
        if !trusting || given.isEmpty {
            let found = try content.contentDigest()
            guard given.isEmpty || given == found else {
                throw ConfigurationFault(
                    "these are not the data that the experiment was made for: their digest is \(found), not \(given)",
                    at: content.path)
            }
            content.parameters = content.parameters.with("digest", .text(found))
        }
        return content
    }
}

/// SHA-256 of a text, in hexadecimal digits.
func textDigest(_ text: String) -> String { hexadecimal(SHA256.hash(Array(text.utf8))) }
