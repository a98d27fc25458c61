using System.Collections.Frozen;

namespace CityTwin.Import.Security;

/// <summary>The techniques of MITRE ATT&amp;CK for ICS, which attack steps are labelled with.</summary>
public static class AttackTechniques
{
    /// <summary>The version of the list.</summary>
    public const string Version = "18.1";

    /// <summary>Technique id, such as <c>T0886</c>, to its name.</summary>
    public static FrozenDictionary<string, string> Names { get; } = Read();

    private static FrozenDictionary<string, string> Read()
    {
        using var resource = typeof(AttackTechniques).Assembly.GetManifestResourceStream($"attack-ics-{Version}.tsv");
        Core.Invariant.Hold(resource is not null, "The list of techniques is embedded.");
        using var reader = new StreamReader(resource);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#') && line.Split('\t') is [var id, var name])
            {
                names.Add(id, name);
            }
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
