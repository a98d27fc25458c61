using CityTwin.Import.Reading;

namespace CityTwin.Import.Checking;

/// <summary>Every id that stands somewhere is the id of something of the right kind.</summary>
internal static class ReferenceCheck
{
    public static void Run(CityDraft draft)
    {
        foreach (var reference in draft.References)
        {
            if (draft.Has(reference.Target, reference.Id) || draft.Incomplete.Contains(reference.Target))
            {
                continue;
            }

            var wanted = CityDraft.NameOf(reference.Target);
            var message = draft.KindOf(reference.Id) is { } kind
                ? $"'{reference.Id}' is a {CityDraft.NameOf(kind)}; a {wanted} is needed here."
                : $"There is no {wanted} '{reference.Id}'; add it, or correct the id.";
            draft.Faults.Error(FaultCode.UnknownReference, reference.Place, message, reference.Feature);
        }
    }
}
