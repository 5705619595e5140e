/// The version of this software, as `--version` and the API say it.
public enum CaselightVersion {
    public static let current = "0.1.0"
}
