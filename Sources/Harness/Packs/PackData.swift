// PackData: the data that packs learn, where they are found, and how they are got where they are missing.
import JSON
import Platform
import Registry

/// A set of images, on this host.
public enum PackData: Sendable, Equatable {
    /// Built in.
    case digits
    /// In a folder.
    case fashionMNIST(String), mnist(String), cifar10(String)

    public var title: String {
        switch self {
        case .digits: "the UCI digits (8×8, 10 classes)"
        case .fashionMNIST: "Fashion-MNIST (28×28, 10 classes)"
        case .mnist: "MNIST (28×28, 10 classes)"
        case .cifar10: "CIFAR-10 (32×32 in colour, 10 classes)"
        }
    }

    /// As the value of `task.dataset`.
    public var dataset: String { dataset(more: "") }

    /// The same with pixels from -1 to 1, as the code of some papers has them; the digits stay between 0 and 1.
    public var symmetricDataset: String { dataset(more: #", "range": "symmetric""#) }

    private func dataset(more: String) -> String {
        switch self {
        case .digits: #""digits""#
        case .fashionMNIST(let folder), .mnist(let folder): #"{"kind": "idx", "folder": \#(quoted(folder))\#(more)}"#
        case .cifar10(let folder): #"{"kind": "cifar10", "folder": \#(quoted(folder))}"#
        }
    }

    /// Whether a paper that has MNIST can be compared figure by figure.
    public var isMNIST: Bool { if case .mnist = self { true } else { false } }

    /// What may be given, and a file of each by which it is known.
    public static let given = ["mnist": "train-images-idx3-ubyte", "cifar10": "data_batch_1.bin"]
    private static let fashionFile = "train-images-idx3-ubyte"

    /// What a pack learns at this scale.
    ///
    /// - Parameters:
    ///   - given: `mnist=DIR`, `cifar10=DIR`.
    ///   - cache: the folder in which Scripts/get-fashion-mnist puts its files.
    public static func request(
        _ scale: PackScale, for pack: String, given: [String], cache: String?
    ) throws(ConfigurationFault) -> PackRequest {
        var folders: [String: String] = [:]
        for text in given {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let file = Self.given[parts[0]] else {
                throw ConfigurationFault(
                    .notAllowed(key: "--data", given: "'\(text)'", allowed: "mnist=DIR, cifar10=DIR"))
            }
            guard let folder = Files.absolute(parts[1]), has(file, in: folder) else {
                throw ConfigurationFault(
                    "there is no \(file) in \(parts[1]); allowed: a folder with the files as their authors name them, "
                        + "plain or .gz", at: "--data \(text)")
            }
            folders[parts[0]] = folder
        }
        let colours = folders["cifar10"].map(PackData.cifar10)
        if let folder = folders["mnist"] { return PackRequest(scale: scale, images: .mnist(folder), colours: colours) }
        if scale == .quick { return PackRequest(scale: scale, images: .digits, colours: colours) }
        let folder = cache.map { "\($0)/gossipnode/fashion-mnist" } ?? "fashion-mnist"
        guard let folder = Files.absolute(folder), has(fashionFile, in: folder) else {
            throw ConfigurationFault(
                "\(pack) needs images, and there is no \(folder)/\(fashionFile); 'Scripts/get-fashion-mnist' gets "
                    + "Fashion-MNIST, --data mnist=DIR names a folder with MNIST, --quick uses the built-in digits")
        }
        return PackRequest(scale: scale, images: .fashionMNIST(folder), colours: colours)
    }

    private static func has(_ file: String, in folder: String) -> Bool {
        Files.exists("\(folder)/\(file)") || Files.exists("\(folder)/\(file).gz")
    }
}

/// A text as JSON has it.
private func quoted(_ text: String) -> String { JSONText.canonical(.text(text)) }
