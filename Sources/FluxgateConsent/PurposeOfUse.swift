/// Codes of HL7's v3-ActReason that fit a health gateway, with HL7's display names.
///
/// For who writes a record: a reader takes any code of the right form. Codes are compared as they
/// stand, so that a grant for HRESCH does not include CLINTRCH.
public enum PurposeOfUse {
  public static let display: [String: String] = [
    "TREAT": "treatment",
    "ETREAT": "emergency treatment",
    "BTG": "break the glass",
    "COC": "coordination of care",
    "HRESCH": "healthcare research",
    "CLINTRCH": "clinical trial research",
    "DSRCH": "disease specific healthcare research",
    "POARCH": "population origins or ancestry healthcare research",
    "PATRQT": "patient requested",
    "FAMRQT": "family requested",
    "PWATRNY": "power of attorney",
    "SUPNWK": "support network",
    "PUBHLTH": "public health",
    "HPAYMT": "healthcare payment",
    "HOPERAT": "healthcare operations",
    "HTEST": "test health data",
  ]
}

/// Terms of the Data Use Ontology (DUO, CC BY 4.0): what a reader agrees to.
public enum DataUseTerm {
  /// Ids by shorthand.
  public static let ids: [String: String] = [
    "NRES": "DUO:0000004", "GRU": "DUO:0000042", "HMB": "DUO:0000006", "DS": "DUO:0000007",
    "POA": "DUO:0000011", "RS": "DUO:0000012", "NMDS": "DUO:0000015", "GSO": "DUO:0000016",
    "NPUNCU": "DUO:0000018", "PUB": "DUO:0000019", "COL": "DUO:0000020", "IRB": "DUO:0000021",
    "GS": "DUO:0000022", "MOR": "DUO:0000024", "TS": "DUO:0000025", "US": "DUO:0000026",
    "PS": "DUO:0000027", "IS": "DUO:0000028", "RTN": "DUO:0000029", "CC": "DUO:0000043",
    "NPOA": "DUO:0000044", "NPU": "DUO:0000045", "NCU": "DUO:0000046",
  ]

  /// The id of a shorthand, or an id itself where it is in the list.
  public static func id(_ text: String) -> String? {
    ids[text] ?? (ids.values.contains(text) ? text : nil)
  }

  public static func shorthand(of id: String) -> String? {
    ids.first { $0.value == id }?.key
  }
}
