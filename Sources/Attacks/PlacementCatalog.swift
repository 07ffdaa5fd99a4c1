// Every placement that an adversary group can name. A new one is one file in Placement/ and one line here.
import Registry

/// The ways to place an adversary group, beside a list of its nodes.
public enum PlacementCatalog {
    public static let all = Catalog<any Placement.Type>(
        "placement",
        [
            RandomPlacement.self,
            DegreePlacement.self,
            BetweennessPlacement.self,
            CutPlacement.self,
            InfluencePlacement.self,
            MarkedPlacement.self,
            AttachedPlacement.self,
        ], as: { $0 })

    /// How many nodes, for those that choose among all.
    static let count = Parameter.count("count", 1...1_000_000, default: nil, "how many nodes")
}
