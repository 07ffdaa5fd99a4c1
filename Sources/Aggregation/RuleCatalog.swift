// Every rule that an experiment can name. A new rule is one file in Gossip/ and one line here.
import Kernels

public enum RuleCatalog {
    public static let gossip = Catalog<any GossipRule.Type>(
        "rule",
        [
            NoCommunication.self,
            WeightedMean.self,
            TrimmedNeighbourMean.self,
            ClippedGossip.self,
            ClippedSumPlus.self,
        ], as: { $0 })
}
