namespace Orleans;

/// <summary>Marks the interfaces of grains whose key is text.</summary>
public interface IGrainWithStringKey : IGrain
{
}
