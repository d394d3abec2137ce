"""What the networks of several families share: layers, loading, quantisation, offloading."""
