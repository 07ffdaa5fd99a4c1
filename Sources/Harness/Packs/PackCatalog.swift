// Every paper pack. A new one is one file in Catalog/ and one line here.
import Registry

/// The papers that can be reproduced.
public enum PackCatalog {
    public static let all: [PaperPack] = [
        .labelPoisoning, .iosTable, .momentum, .robustAveraging, .mixing, .clippedGossip, .federatedAveraging,
        .equivalence, .licchavi, .privacyTrilemma,
    ]

    public static func named(_ name: String) throws(ConfigurationFault) -> PaperPack {
        guard let pack = all.first(where: { $0.name == name }) else {
            throw ConfigurationFault(.unknown(noun: "pack", given: name, known: all.map(\.name)))
        }
        return pack
    }
}
