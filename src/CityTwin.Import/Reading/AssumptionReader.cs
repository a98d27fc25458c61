using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Reading;

/// <summary>Reads where the assumed parameters of a thing come from.</summary>
internal static class AssumptionReader
{
    /// <summary>Adds the object's assumptions to the draft.</summary>
    /// <param name="parameters">What an assumption may be about: a property of the thing, in any of its files; after a dot, a part of it.</param>
    public static void Read(Fields fields, string feature, ImmutableArray<string> parameters, CityDraft draft)
    {
        var place = fields.PlaceOf(Names.Assumptions);
        if (fields.Json(Names.Assumptions) is not { } element ||
            JsonFile.Members(element, place, draft.Faults, fields.Feature) is not { } members)
        {
            return;
        }

        foreach (var (parameter, value) in members)
        {
            var at = place.Member(parameter);
            if (parameter.Length > CityLimits.TextLengthMax || !parameters.Contains(parameter.Split('.')[0]))
            {
                var (code, message) = SpellingAdvice.For(parameter.Split('.')[0], parameters.Remove(Names.Assumptions));
                draft.Faults.Error(code, at, message, fields.Feature);
            }

            if (Fields.Of(value, at, CityFormat.Assumption, draft.Faults, fields.Feature) is { } assumption)
            {
                var source = assumption.Text(Names.Source) ?? "";
                draft.Assume(new Assumption(feature, parameter, source, assumption.Number(Names.Confidence, 0, 1)), at);
                assumption.Close();
            }
        }
    }
}
