// Every attack that an experiment can name. A new attack is one file in Model/ or Data/ and one line here.
import Registry

/// The attacks that an experiment can name.
public enum AttackCatalog {
    public static let all = Catalog<any Attack.Type>(
        "attack",
        [
            SignFlip.self,
            GaussianNoise.self,
            ALittleIsEnough.self,
            Dissensus.self,
            NotFinite.self,
            Silence.self,
            Procrastinate.self,
            Misdate.self,
            Excuse.self,
            LabelFlip.self,
        ], as: { $0 })
}
