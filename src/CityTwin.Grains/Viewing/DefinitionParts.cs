using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;

namespace CityTwin.Grains.Viewing;

/// <summary>Rows of the change log in parts of one definition each: a batch of another definition begins a version of its own.</summary>
internal static class DefinitionParts
{
    /// <param name="inForce">The definition before the first row.</param>
    /// <returns>For each part its rows, and the definition that its first row, a batch, brings; null for that of the part before.</returns>
    public static List<(List<PublishedRow> Rows, CityHash? Definition, long Batch)> Of(List<PublishedRow> rows, CityHash inForce)
    {
        var parts = new List<(List<PublishedRow> Rows, CityHash? Definition, long Batch)>();
        var (start, brought, number) = (0, default(CityHash?), 0L);
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Record is BatchDecided batch && batch.Definition != inForce)
            {
                Add(i);
                (start, brought, number, inForce) = (i, batch.Definition, batch.Number, batch.Definition);
            }
        }

        Add(rows.Count);
        return parts;

        void Add(int end)
        {
            if (end > start)
            {
                parts.Add((rows[start..end], brought, number));
            }
        }
    }
}
