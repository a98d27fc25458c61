using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Import.Checking;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;
using CityTwin.Import.Security;

namespace CityTwin.Import;

/// <summary>
/// Reads a city from its files. All faults of all files are found in one reading; there is a city only when none
/// of them is an error. No input makes it throw.
/// </summary>
public static class CityReader
{
    /// <summary>Reads a city from a directory or a bundle file.</summary>
    public static CityReadResult Open(string path) => Read(CityFolder.Open(path));

    /// <summary>Reads a city from a bundle (<see cref="CityFolder.ToBundle"/>).</summary>
    public static CityReadResult ReadBundle(ReadOnlyMemory<byte> bundle) => Read(CityFolder.FromBundle(bundle));

    /// <summary>Reads a city from its files.</summary>
    public static CityReadResult Read(CityFolder folder) => Read(folder, CityLimits.FeaturesMax);

    /// <param name="featuresMax">Most features in one layer, whose files all become one when the city is written.</param>
    internal static CityReadResult Read(CityFolder folder, int featuresMax)
    {
        var faults = new FaultList();
        var manifest = new ManifestReader(folder, faults).Read();
        if (manifest is null)
        {
            return new(null, faults.ToImmutable());
        }

        var draft = new CityDraft(faults);
        var rules = new DependenciesReader(folder, draft).Read(manifest.DependenciesFile);
        ReadLayers(folder, manifest, draft, rules, featuresMax);
        var security = new SecurityReader(folder, draft);
        var model = security.Read(manifest.SecurityFile);
        CityChecks.Run(draft, rules);
        return new(faults.HasErrors ? null : Sealed(Assemble(manifest, draft) with { Security = model }, security, faults), faults.ToImmutable());
    }

    private static City? Sealed(City city, SecurityReader security, FaultList faults)
    {
        security.CheckPatches(city);
        return faults.HasErrors ? null : CityWriter.Seal(city);
    }

    /// <summary>Reads a city from files that were opened; their faults are told with its own.</summary>
    public static CityReadResult Read(CityFolderResult opened)
    {
        if (opened.Folder is not { } folder)
        {
            return new(null, opened.Faults);
        }

        var read = Read(folder);
        return opened.Faults.IsEmpty ? read : new(null, opened.Faults.AddRange(read.Faults));
    }

    private static void ReadLayers(CityFolder folder, Manifest manifest, CityDraft draft, DependencyTables rules, int featuresMax)
    {
        var layers = new LayerReader(folder, draft.Faults);
        var features = new FeatureReader(draft, rules);
        Read(Names.Zones, EntityKind.Zone, CityFormat.Zone, features.ReadZone);
        Read(Names.Segments, EntityKind.Segment, CityFormat.Segment, features.ReadSegment);
        Read(Names.Sensors, EntityKind.Sensor, CityFormat.Sensor, features.ReadSensor);
        Read(Names.Guards, EntityKind.Guard, CityFormat.Guard, features.ReadGuard);
        Read(Names.Background, null, CityFormat.Background, features.ReadBackground);

        void Read(string layer, EntityKind? kind, ImmutableArray<string> known, Action<FeatureRow> read)
        {
            var count = 0;
            foreach (var source in manifest.Layers[layer])
            {
                if (!layers.Read(source, known, hasIds: kind is not null, Counted) && kind is { } incomplete)
                {
                    draft.Incomplete.Add(incomplete);
                }
            }

            void Counted(FeatureRow row)
            {
                if (++count == featuresMax + 1)
                {
                    draft.Faults.Error(FaultCode.LimitExceeded, row.Place, $"A city has at most {featuresMax} {layer}; this is one more.");
                    draft.Incomplete.UnionWith(kind is { } cut ? [cut] : []);
                }

                if (count <= featuresMax)
                {
                    read(row);
                }
            }
        }
    }

    private static City Assemble(Manifest manifest, CityDraft draft) => new(
        default,
        manifest.Name,
        manifest.TimeZone,
        manifest.IsSample,
        [.. draft.Zones],
        [.. draft.Networks],
        [.. draft.Segments],
        [.. draft.Sensors],
        [.. draft.Guards],
        [.. draft.Background],
        [.. draft.Assumptions]);
}

/// <summary>A city, unless a fault is an error; and every fault found, errors first.</summary>
public sealed record CityReadResult(City? City, ImmutableArray<Fault> Faults);
