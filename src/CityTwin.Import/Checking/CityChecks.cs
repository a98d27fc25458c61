using CityTwin.Import.Reading;

namespace CityTwin.Import.Checking;

/// <summary>Asks whether the parts of a draft fit together. Every check runs, whatever the others found.</summary>
internal static class CityChecks
{
    public static void Run(CityDraft draft, DependencyTables rules)
    {
        ReferenceCheck.Run(draft);
        ZoneNestingCheck.Run(draft);
        NetworkCheck.Run(draft, rules);
        SupplyLoopCheck.Run(draft, rules);
        PlacementCheck.Run(draft);
        CompletenessCheck.Run(draft);
    }
}
